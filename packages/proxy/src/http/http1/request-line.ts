import type { HeadError } from './message-head.ts'

/** Methods that Envoy's HTTP/1 codec knows (RFC 9110 and WebDAV); others are refused there, and here. */
const METHODS: ReadonlySet<string> = new Set(
  (
    'GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT ACL BIND CHECKOUT COPY LINK LOCK MERGE MKACTIVITY ' +
    'MKCALENDAR MKCOL MOVE MSEARCH NOTIFY PROPFIND PROPPATCH PURGE REBIND REPORT SEARCH SOURCE SUBSCRIBE UNBIND ' +
    'UNLINK UNLOCK UNSUBSCRIBE'
  ).split(' '),
)

/** Origin or asterisk form, authority form (CONNECT) or absolute form: US-ASCII without blanks and control characters. */
const TARGET = /^[\x21-\x7e]+$/
const ABSOLUTE = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i
/** `host:port`, with an IPv6 address in brackets. */
const AUTHORITY_FORM = /^(?:\[[0-9a-f:.]+\]|[^:@[\]]+):\d{1,5}$/i

/** Characters of a host with port (RFC 3986 3.2.2 and 3.2.3), and those that Envoy lets pass besides. */
const AUTHORITY = /^[-!$%&'()*+,.0-9:;=@A-Z[\]_a-z~]*$/

/** Whether a Host field or the authority of a request target holds nothing that would end it elsewhere. */
export function isAuthority(text: string): boolean {
  return AUTHORITY.test(text)
}

/** The first line of a request; one per connection, reused. */
export class RequestLine {
  method = ''
  /** In origin form. */
  path = ''
  /** Authority of an absolute-form target; '' = none: the Host field holds. */
  authority = ''
  /** Of an absolute-form target, lower case; '' = none. */
  scheme = ''
  protocol: 'HTTP/1.0' | 'HTTP/1.1' = 'HTTP/1.1'

  /** @param head starts with the line, which ends at `end` */
  parse(head: string, end: number): HeadError {
    const methodEnd = head.indexOf(' ')
    const targetEnd = head.indexOf(' ', methodEnd + 1)
    if (methodEnd <= 0 || targetEnd === -1 || targetEnd > end) return 'http1.codec_error'
    this.method = head.slice(0, methodEnd)
    if (!METHODS.has(this.method)) return 'http1.codec_error'
    const version = this.#parseVersion(head.slice(targetEnd + 1, end))
    if (version !== '') return version
    return this.#parseTarget(head.slice(methodEnd + 1, targetEnd))
  }

  #parseVersion(version: string): HeadError {
    if (version === 'HTTP/1.1') this.protocol = 'HTTP/1.1'
    else if (version === 'HTTP/1.0') this.protocol = 'HTTP/1.0'
    else return /^HTTP\/\d\.\d$/.test(version) ? 'low_version' : 'http1.codec_error'
    return ''
  }

  #parseTarget(target: string): HeadError {
    if (!TARGET.test(target)) return 'http1.codec_error'
    this.authority = this.scheme = ''
    this.path = target
    if (this.method === 'CONNECT') {
      this.authority = target
      this.path = ''
      return AUTHORITY_FORM.test(target) ? '' : 'http1.invalid_url'
    }
    if (target.startsWith('/')) return ''
    if (target === '*') return this.method === 'OPTIONS' ? '' : 'http1.invalid_url'
    return this.#parseAbsolute(target)
  }

  #parseAbsolute(target: string): HeadError {
    const absolute = ABSOLUTE.exec(target)
    if (absolute === null) return 'http1.codec_error'
    const [prefix, scheme, authority] = absolute as unknown as readonly [string, string, string]
    // User names before the host deceive (RFC 9110 4.2.4); a host there must be (RFC 9110 4.2.1).
    if (authority === '' || authority.includes('@')) return 'http1.invalid_url'
    this.scheme = scheme.toLowerCase()
    if (this.scheme !== 'http' && this.scheme !== 'https') return 'http1.invalid_scheme'
    this.authority = authority
    const rest = target.slice(prefix.length)
    this.path = rest.startsWith('/') ? rest : `/${rest}`
    return ''
  }
}
