import type { HttpConnectionManagerConfig } from '../../config/model.ts'
import type { FieldNames } from '../field-names.ts'
import type { StreamExchange } from '../stream-exchange.ts'
import { HeadReader } from './head-reader.ts'
import { type HeadError, MessageHead } from './message-head.ts'
import { isAuthority, RequestLine } from './request-line.ts'

/** Reads the heads of a connection's requests, in parts as they come; used again for each. */
export class RequestReader {
  /** What the last head says about framing and connection. */
  readonly head = new MessageHead()
  /** What is wrong with the bytes so far. */
  error: HeadError = ''
  readonly #names: FieldNames
  readonly #reader = new HeadReader()
  readonly #line = new RequestLine()
  /** Of the current request or the one before: most requests of a connection have the same. */
  #authority = ''

  constructor(names: FieldNames) {
    this.#names = names
  }

  /**
   * Adds what came; a head that is complete is in `exchange` then.
   * @returns index in `buffer` after the head; -1 if it goes on
   */
  push(
    buffer: Buffer,
    start: number,
    end: number,
    exchange: StreamExchange,
    config: HttpConnectionManagerConfig,
  ): number {
    const reader = this.#reader
    const next = reader.push(buffer, start, end)
    const size = next === -1 ? reader.length : reader.head.length
    if (reader.broken) this.error = reader.brokenInFirstWord ? 'http1.codec_error' : 'http1.invalid_characters'
    else if (size > config.maxRequestHeadersBytes) this.error = 'http1.headers_too_large'
    else this.error = next === -1 ? '' : this.#read(exchange, config)
    return next
  }

  /** A host was named. */
  get hasHost(): boolean {
    return this.head.host !== undefined || this.#line.authority !== ''
  }

  /** The client wants no further response on its connection. */
  get closes(): boolean {
    return this.head.close || (this.#line.protocol === 'HTTP/1.0' && !this.head.keepAlive)
  }

  /** A body stands between the request and the protocol that it asks for. */
  get hasBodyBeforeUpgrade(): boolean {
    const { chunked, contentLength } = this.head
    return this.#line.method !== 'CONNECT' && (chunked || contentLength > 0)
  }

  get expectsContinue(): boolean {
    return this.head.expectsContinue && this.#line.protocol === 'HTTP/1.1'
  }

  #read(exchange: StreamExchange, config: HttpConnectionManagerConfig): HeadError {
    const { head } = this.#reader
    const line = this.#line
    let lineEnd = head.indexOf('\r\n')
    if (lineEnd === -1) lineEnd = head.length
    const wrong = line.parse(head, lineEnd)
    if (wrong !== '') return wrong
    if (line.scheme === 'https' && isOpenEdge(exchange, config)) return 'http1.https_url_on_plaintext_connection'
    if (line.protocol === 'HTTP/1.0' && !config.acceptHttp10) return 'low_version'
    this.head.clear()
    const max = config.maxHeadersCount
    const broken = this.head.readFields(head, lineEnd + 2, this.#names, exchange.requestHeaders, max)
    if (broken !== '') return broken
    const refused = this.#check()
    if (refused === '') this.#fill(exchange)
    return refused
  }

  #check(): HeadError {
    const { chunked, host } = this.head
    // HTTP/1.0 knows no transfer codings: who says so may be read differently elsewhere (RFC 9112 6.1).
    if (chunked && this.#line.protocol === 'HTTP/1.0') return 'http1.invalid_transfer_encoding'
    const authority = this.#line.authority === '' ? (host ?? '') : this.#line.authority
    if (authority === this.#authority) return ''
    if (!isAuthority(authority)) return 'http.invalid_authority'
    this.#authority = authority
    return ''
  }

  #fill(exchange: StreamExchange): void {
    const line = this.#line
    exchange.requestHeadBytes = this.#reader.head.length + 4
    exchange.method = line.method
    exchange.path = line.path
    exchange.scheme = line.scheme
    exchange.protocol = line.protocol
    exchange.authority = this.#authority
    exchange.upgrade = this.#upgrade()
  }

  /** The protocol that is asked for; '' = none. */
  #upgrade(): string {
    if (this.#line.method === 'CONNECT') return 'connect'
    const { upgrade } = this.head
    return upgrade === 'h2c' ? '' : upgrade
  }
}

/** Nobody before this proxy can have taken TLS off, as Envoy sees it. */
function isOpenEdge({ connection }: StreamExchange, config: HttpConnectionManagerConfig): boolean {
  return config.useRemoteAddress && config.xffNumTrustedHops === 0 && (connection?.tls ?? null) === null
}
