import type { HeaderBlock } from '@mizzen/xds/hpack'
import type { HeaderList } from '../header-list.ts'
import { isAuthority } from '../http1/request-line.ts'
import { type HeaderField, Role } from './header-field.ts'

/** What is wrong with a message, in Envoy's words for the response code details; '' = nothing. */
export type MessageError = '' | 'http2.invalid.header.field' | 'http2.violation.of.messaging.rule'

/** Characters of a request target: US-ASCII without blanks and control characters (as in HTTP/1.1). */
const TARGET = /^[\x21-\x7e]+$/
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/
const CONTENT_LENGTH = /^\d{1,15}$/
/** What RFC 9110 5.6.2 allows as a token. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** The header block of a request, read and checked (RFC 9113 8.3.1). One per connection, reused. */
export class RequestMessage {
  method = ''
  path = ''
  scheme = ''
  /** `:authority`, or the Host field where that is missing; '' = neither. */
  authority = ''
  /** Of an extended CONNECT (RFC 8441), lower case; '' = none. */
  protocol = ''
  /** -1 = not given. */
  contentLength = -1
  /** `Expect: 100-continue`, which is answered here and not forwarded. */
  expectsContinue = false
  #host = ''
  #cookie = ''
  #regular = false
  #allowConnect = false

  /**
   * Reads a request's fields, those that are forwarded into `headers`.
   */
  read(block: HeaderBlock<HeaderField>, headers: HeaderList, allowConnect: boolean): MessageError {
    this.#clear()
    this.#allowConnect = allowConnect
    const { fields, count } = block
    for (let index = 0; index < count; index += 1) {
      const field = fields[index] as HeaderField
      if (field.role === Role.plain) {
        this.#regular = true
        headers.append(field.name, field.value)
      } else if (field.role === Role.list) {
        this.#regular = true
        headers.join(field.name, field.value)
      } else if (!this.#readSpecial(field, headers)) return 'http2.invalid.header.field'
    }
    if (this.#cookie !== '') headers.append('cookie', this.#cookie)
    if (this.authority === '') this.authority = this.#host
    return this.#isWhole() ? '' : 'http2.violation.of.messaging.rule'
  }

  #clear(): void {
    this.method = this.path = this.scheme = this.protocol = this.#cookie = this.authority = this.#host = ''
    this.contentLength = -1
    this.expectsContinue = this.#regular = false
  }

  #readSpecial(field: HeaderField, headers: HeaderList): boolean {
    const { name, value, role } = field
    if (role <= Role.unknownPseudo) return !this.#regular && this.#readPseudo(role, value)
    this.#regular = true
    switch (role) {
      case Role.host:
        // Where there is an authority, it holds.
        if (this.#host !== '' || !isHost(value)) return false
        this.#host = value
        return true
      case Role.contentLength:
        if (this.contentLength !== -1 || !CONTENT_LENGTH.test(value)) return false
        this.contentLength = Number(value)
        headers.append(name, value)
        return true
      case Role.te:
        headers.append(name, value)
        return value.toLowerCase() === 'trailers'
      case Role.cookie:
        // Crumbs are one field everywhere else (RFC 9113 8.2.3), in which an empty one would be blank space at its end.
        if (value !== '') this.#cookie = this.#cookie === '' ? value : `${this.#cookie}; ${value}`
        return true
      case Role.expect:
        if (value.toLowerCase() === '100-continue') this.expectsContinue = true
        else headers.append(name, value)
        return true
      default:
        return false
    }
  }

  #readPseudo(role: number, value: string): boolean {
    switch (role) {
      case Role.method:
        if (this.method !== '' || !TOKEN.test(value)) return false
        this.method = value
        return true
      case Role.path:
        if (this.path !== '' || !TARGET.test(value)) return false
        this.path = value
        return true
      case Role.scheme:
        if (this.scheme !== '' || !SCHEME.test(value)) return false
        this.scheme = value
        return true
      case Role.authority:
        if (this.authority !== '' || !isHost(value)) return false
        this.authority = value
        return true
      case Role.protocol:
        if (!this.#allowConnect || this.protocol !== '' || !TOKEN.test(value)) return false
        this.protocol = value.toLowerCase()
        return true
      default:
        return false
    }
  }

  #isWhole(): boolean {
    if (this.method === '') return false
    if (this.protocol !== '') {
      if (this.method !== 'CONNECT') return false
    } else if (this.method === 'CONNECT') return this.path === '' && this.scheme === '' && this.authority !== ''
    if (this.path.charCodeAt(0) !== SLASH && (this.path !== '*' || this.method !== 'OPTIONS')) return false
    return this.scheme !== '' && this.authority !== ''
  }
}

const SLASH = 0x2f

/** The value that was a host last: most requests name the same. */
let lastHost = ''

/** User names before the host deceive (RFC 9113 8.3.1). */
function isHost(text: string): boolean {
  if (text === lastHost) return text !== ''
  if (text === '' || text.includes('@') || !isAuthority(text)) return false
  lastHost = text
  return true
}

/** Reads trailers into `list`. Pseudo fields and framing have no place there. */
export function readTrailers(block: HeaderBlock<HeaderField>, list: HeaderList): MessageError {
  for (let index = 0; index < block.count; index += 1) {
    const { name, value, role } = block.fields[index] as HeaderField
    if (role !== Role.plain && role !== Role.list && role !== Role.cookie) return 'http2.invalid.header.field'
    list.append(name, value)
  }
  return ''
}
