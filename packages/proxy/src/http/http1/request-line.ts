import type { HeadError } from './message-head.ts'

/** Methods that Envoy's HTTP/1 codec knows (RFC 9110 and WebDAV); others are refused there, and here. */
const METHODS: ReadonlySet<string> = new Set(
  (
    'GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT ACL BIND CHECKOUT COPY LINK LOCK MERGE MKACTIVITY ' +
    'MKCALENDAR MKCOL MOVE MSEARCH NOTIFY PROPFIND PROPPATCH PURGE REBIND REPORT SEARCH SOURCE SUBSCRIBE UNBIND ' +
    'UNLINK UNLOCK UNSUBSCRIBE'
  ).split(' '),
)

/** Origin or asterisk form, authority form (CONNECT) or absolute form: no blanks, no control characters. */
const TARGET = /^[\x21-\x7e\x80-\xff]+$/
const ABSOLUTE = /^(https?):\/\/([^/?#]+)/i

/** The first line of a request; one per connection, reused. */
export class RequestLine {
  method = ''
  /** In origin form. */
  path = ''
  /** Authority of an absolute-form target; '' = none: the Host field holds. */
  authority = ''
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
    this.authority = ''
    this.path = target
    if (target.startsWith('/') || target === '*') return ''
    if (this.method === 'CONNECT') {
      this.authority = target
      this.path = ''
      return ''
    }
    const absolute = ABSOLUTE.exec(target)
    if (absolute === null) return 'http1.codec_error'
    const [prefix, , authority] = absolute
    this.authority = authority as string
    const rest = target.slice((prefix as string).length)
    this.path = rest.startsWith('/') ? rest : `/${rest}`
    return ''
  }
}
