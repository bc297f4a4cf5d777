import { FieldKind, type FieldNames } from '../field-names.ts'
import type { HeaderList } from '../header-list.ts'

/** What is wrong with a head, in Envoy's words for the response code details; '' = nothing. */
export type HeadError =
  | ''
  | 'http.invalid_authority'
  | 'http1.codec_error'
  | 'http1.connection_header_rejected'
  | 'http1.https_url_on_plaintext_connection'
  | 'http1.invalid_characters'
  | 'http1.invalid_scheme'
  | 'http1.invalid_transfer_encoding'
  | 'http1.invalid_url'
  | 'http1.content_length_and_chunked_not_allowed'
  | 'http1.headers_too_large'
  | 'http1.too_many_headers'
  | 'http1.too_many_trailers'
  | 'low_version'

/** Naming these in `Connection` would hide from the next hop whom a request came from (Envoy refuses it, too). */
const PROTECTED = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']

/** Fields named in `Connection` hold for this hop only (RFC 9110 7.6.1); what the framing rests on cannot. */
const KEPT: ReadonlySet<string> = new Set(['te', 'content-length'])

/** How a message says that it is about another protocol: its own letters, for who compares them exactly. */
export interface UpgradeFields {
  readonly connection: string
  readonly upgrade: string
}

/** What a head says about its message's framing and connection; one per connection, reused. */
export class MessageHead {
  /** -1 = not given. */
  contentLength = -1
  chunked = false
  /** `Connection: close`. */
  close = false
  /** `Connection: keep-alive`, for HTTP/1.0. */
  keepAlive = false
  /** Protocols asked for, lower case; '' unless `Connection: upgrade` goes with it. */
  upgrade = ''
  /** The fields behind `upgrade` as they are passed on; meaningless without. */
  upgradeFields: UpgradeFields = LOWER_CASE
  /** Value of the Host field; undefined = missing. */
  host: string | undefined = undefined
  /** `Expect: 100-continue`, which is answered here and not forwarded. */
  expectsContinue = false

  #connection = ''
  #upgradeField = ''

  clear(): void {
    this.contentLength = -1
    this.chunked = false
    this.close = false
    this.keepAlive = false
    this.upgrade = ''
    this.host = undefined
    this.expectsContinue = false
    this.#connection = ''
    this.#upgradeField = ''
  }

  /**
   * Reads the fields of a head into `headers`, without those that hold for one hop (framing is in here; Host, too).
   * @param head the whole head without its final empty line, free of control characters (HeadReader sees to that)
   * @param start index of the first field; `head.length` or more if there is none
   */
  readFields(head: string, start: number, names: FieldNames, headers: HeaderList, maxFields: number): HeadError {
    let at = start
    let fields = 0
    while (at < head.length) {
      let end = head.indexOf('\r\n', at)
      if (end === -1) end = head.length
      const colon = head.indexOf(':', at)
      if (colon === -1 || colon >= end) return 'http1.codec_error'
      // A folded line (RFC 9112 5.2) starts with a space and so has no token for its name.
      const field = names.lookup(head.slice(at, colon))
      if (field === undefined) return 'http1.codec_error'
      const value = trimmed(head, colon + 1, end)
      if (field.kind === FieldKind.plain) headers.append(field.name, value)
      else if (field.kind === FieldKind.list) headers.join(field.name, value)
      else {
        const error = this.#readSpecial(field.kind, field.name, value, headers)
        if (error !== '') return error
      }
      // Those that are not forwarded count, too.
      fields += 1
      if (fields > maxFields) return 'http1.too_many_headers'
      at = end + 2
    }
    return this.#connection === '' ? this.#checkFraming() : this.#readConnection(headers)
  }

  #readSpecial(kind: number, name: string, value: string, headers: HeaderList): HeadError {
    switch (kind) {
      case FieldKind.host:
        if (this.host !== undefined) return 'http1.codec_error'
        this.host = value
        return ''
      case FieldKind.contentLength:
        if (this.contentLength !== -1 || !/^\d{1,15}$/.test(value)) return 'http1.codec_error'
        this.contentLength = Number(value)
        headers.append(name, value)
        return ''
      case FieldKind.transferEncoding:
        if (this.chunked || value.toLowerCase() !== 'chunked') return 'http1.invalid_transfer_encoding'
        this.chunked = true
        return ''
      case FieldKind.connection:
        // The usual values need no list handling.
        if (value === 'keep-alive') this.keepAlive = true
        else if (value === 'close') this.close = true
        else this.#connection = this.#connection === '' ? value : `${this.#connection},${value}`
        return ''
      case FieldKind.upgrade:
        this.#upgradeField = value
        return ''
      case FieldKind.te:
        // Only `trailers` may pass (RFC 9110 10.1.4).
        if (TRAILERS.test(value)) headers.set(name, 'trailers')
        return ''
      case FieldKind.proxyConnection:
        if (CLOSE.test(value)) this.close = true
        return ''
      case FieldKind.expect:
        if (value.toLowerCase() === '100-continue') this.expectsContinue = true
        else headers.append(name, value)
        return ''
      default:
        return ''
    }
  }

  #readConnection(headers: HeaderList): HeadError {
    const options = new Set(
      this.#connection
        .toLowerCase()
        .split(',')
        .map((part) => part.trim()),
    )
    if (options.has('close')) this.close = true
    if (options.has('keep-alive')) this.keepAlive = true
    if (options.has('upgrade')) {
      this.upgrade = this.#upgradeField.toLowerCase()
      const connection = ONLY_UPGRADE.test(this.#connection) ? this.#connection : 'upgrade'
      this.upgradeFields = { connection, upgrade: this.#upgradeField }
    }
    if (options.has('host')) this.host = undefined
    for (const name of PROTECTED) if (options.has(name)) return 'http1.connection_header_rejected'
    headers.removeWhere((name) => options.has(name) && !KEPT.has(name))
    return this.#checkFraming()
  }

  #checkFraming(): HeadError {
    return this.chunked && this.contentLength !== -1 ? 'http1.content_length_and_chunked_not_allowed' : ''
  }
}

const LOWER_CASE: UpgradeFields = { connection: 'upgrade', upgrade: '' }
/** What clients send; all else that `Connection` may say is for this hop. */
const ONLY_UPGRADE = /^(?:keep-alive, ?)?upgrade(?:, ?keep-alive)?$/i

/** Among others, as an item of the list. */
const TRAILERS = /(?:^|,)[ \t]*trailers[ \t]*(?:,|$)/i
const CLOSE = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i

/** Without the optional whitespace around it (RFC 9110 5.5). */
function trimmed(text: string, start: number, end: number): string {
  let from = start
  let until = end
  while (from < until && isBlank(text.charCodeAt(from))) from += 1
  while (until > from && isBlank(text.charCodeAt(until - 1))) until -= 1
  return text.slice(from, until)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 9
}
