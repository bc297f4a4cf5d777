import type { HeaderBlock } from '@mizzen/xds/hpack'
import type { TlsSession } from '../../tls/tls-session.ts'
import type { HeaderList } from '../header-list.ts'
import type { RequestFields, ResetReason, ResponseHandler, UpstreamConnection } from '../upstream.ts'
import type { ClientResponse } from './client-response.ts'
import { ErrorCode } from './error-code.ts'
import type { HeaderField } from './header-field.ts'
import { readTrailers } from './request-message.ts'
import type { Http2Session } from './session.ts'
import { SessionStream } from './session-stream.ts'

/** What a peer says by resetting a stream; all else is `remote reset` (as Envoy). */
const RESETS: ReadonlyMap<number, ResetReason> = new Map([
  [ErrorCode.protocolError, 'protocol error'],
  [ErrorCode.refusedStream, 'remote refused stream reset'],
  [ErrorCode.connectError, 'remote error with CONNECT request'],
])

/** The connection that a stream belongs to. */
export interface ClientStreamOwner {
  readonly session: Http2Session
  readonly localAddress: string
  readonly tls: TlsSession | null
  /** Opens the stream at the peer, and sends its head. */
  openStream(stream: Http2ClientStream, request: RequestFields, authority: string, endStream: boolean): void
  /** Its request is over; it carries another one some time. */
  onStreamOver(stream: Http2ClientStream): void
}

/** One request on its stream of an HTTP/2 connection to an upstream. Reused for the next one. */
export class Http2ClientStream extends SessionStream implements UpstreamConnection {
  readonly protocol = 'HTTP/2'
  reused = false
  responseBegan = false
  readonly #connection: ClientStreamOwner
  #handler: ResponseHandler | null = null
  #method = ''
  /** What the request asks to change to; '' = nothing. */
  #upgrade = ''
  /** The final head has come. */
  #answered = false

  constructor(connection: ClientStreamOwner) {
    super()
    this.#connection = connection
  }

  /** The response has come as a whole, though not all of it may have been taken: it needs no connection any more. */
  get complete(): boolean {
    return this.#answered && this.remoteEnded && this.expectedBytes <= 0 && this.#upgrade === ''
  }

  get localAddress(): string {
    return this.#connection.localAddress
  }

  get tls(): TlsSession | null {
    return this.#connection.tls
  }

  /** A request begins. @param reused its connection had carried others before */
  prepare(handler: ResponseHandler, reused: boolean): void {
    this.#handler = handler
    this.reused = reused
    this.responseBegan = false
    this.#answered = false
  }

  // From the router.

  sendHead(request: RequestFields, authority: string, endStream: boolean): void {
    this.#method = request.method
    this.#upgrade = request.upgrade
    this.#connection.openStream(this, request, authority, endStream)
  }

  sendBytes(buffer: Buffer, start: number, end: number): void {
    if (start < end && !this.closed) this.#connection.session.sendData(this, buffer, start, end)
  }

  endRequest(): void {
    if (!this.closed) this.#connection.session.endStream(this)
  }

  sendTrailers(trailers: HeaderList): void {
    if (!this.closed) this.#connection.session.sendTrailers(this, trailers)
  }

  startTunnel(): void {}

  endTunnel(): void {
    this.endRequest()
  }

  cancel(): void {
    if (this.#handler === null) return
    this.#handler = null
    this.#connection.session.reset(this, ErrorCode.cancel)
    this.#connection.onStreamOver(this)
  }

  // From the connection.

  /**
   * A header block has come: a head, or trailers.
   * @returns false if it has no place here
   */
  onHeaderBlock(block: HeaderBlock<HeaderField>, response: ClientResponse, endStream: boolean): boolean {
    const handler = this.#handler
    if (handler === null) return true
    this.responseBegan = true
    if (this.#answered) return this.#onTrailers(block, handler, endStream)
    handler.responseFields.clear()
    if (!response.read(block, handler.responseFields)) return false
    if (response.status >= 200) return this.#onFinalHead(response, handler, endStream)
    // 101 is a thing of HTTP/1.1 (RFC 9113 8.6), and what is interim is not the end.
    if (response.status === 101 || endStream) return false
    handler.onInterim(response.status)
    return true
  }

  /** The request is over before its time. */
  abort(reason: ResetReason): void {
    const handler = this.#handler
    this.#handler = null
    if (handler === null) return
    handler.onReset(reason, '')
    this.#connection.onStreamOver(this)
  }

  // From the session.

  protected onBody(buffer: Buffer, start: number, end: number): void {
    if (this.#answered) this.#handler?.onBytes(buffer, start, end)
    else this.#connection.session.failMessage(this)
  }

  protected onBodyEnd(): void {
    const handler = this.#handler
    if (handler === null) return
    if (!this.#answered) {
      this.#connection.session.failMessage(this)
      return
    }
    if (this.#upgrade !== '' && !this.localEnded) {
      // Only the upstream's half of a tunnel.
      handler.onResponseEnd()
      return
    }
    this.#handler = null
    handler.onResponseEnd()
    if (this.#requestOpen) this.#giveUpRequest()
  }

  override endsOutput(code: number): boolean {
    return code === ErrorCode.noError && this.remoteEnded
  }

  onWritable(): void {
    this.#handler?.onUpstreamWritable()
  }

  onCut(code: number, byPeer: boolean): void {
    this.abort(byPeer ? (RESETS.get(code) ?? 'remote reset') : 'protocol error')
  }

  onClosed(): void {
    this.#handler = null
    this.#connection.onStreamOver(this)
  }

  // Within.

  #onFinalHead(response: ClientResponse, handler: ResponseHandler, endStream: boolean): boolean {
    const { status } = response
    this.#answered = true
    if (this.#upgrade !== '' && status < 300) return this.#onTunnel(status, handler, endStream)
    // Neither opens a tunnel: the rest of the request is of no use.
    const bodiless = this.#method === 'HEAD' || status === 204 || status === 304
    this.expectedBytes = bodiless ? 0 : response.contentLength
    if (!endStream) {
      handler.onHead(status, false)
      return true
    }
    if (this.expectedBytes > 0) return false
    this.#handler = null
    this.#upgrade = ''
    const open = this.#requestOpen
    // This object may carry another request afterwards, unless this one's is open.
    this.receiveEnd()
    handler.onHead(status, true)
    if (open) this.#giveUpRequest()
    return true
  }

  /** RFC 8441 5, told as HTTP/1.1 says it; or CONNECT. */
  #onTunnel(status: number, handler: ResponseHandler, endStream: boolean): boolean {
    const fields = handler.responseFields
    fields.remove('content-length')
    if (this.#upgrade === 'connect') handler.onHead(status, false)
    else {
      fields.set('connection', 'upgrade')
      fields.set('upgrade', this.#upgrade)
      handler.onHead(101, false)
    }
    return !endStream || this.receiveEnd()
  }

  #onTrailers(block: HeaderBlock<HeaderField>, handler: ResponseHandler, endStream: boolean): boolean {
    if (!endStream || block.overflow !== '') return false
    return readTrailers(block, handler.responseTrailers) === '' && this.receiveEnd()
  }

  get #requestOpen(): boolean {
    return !this.localEnded || this.output.size > 0
  }

  /** The response is complete: what is missing of the request is of no use to anybody (RFC 9113 8.1). */
  #giveUpRequest(): void {
    this.#connection.session.reset(this, ErrorCode.noError)
    this.#connection.onStreamOver(this)
  }
}
