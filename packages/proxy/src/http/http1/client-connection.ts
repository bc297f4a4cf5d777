import type { TlsSession } from '../../tls/tls-session.ts'
import type { Deadline } from '../deadline-wheel.ts'
import type { FieldNames } from '../field-names.ts'
import type { HeaderList } from '../header-list.ts'
import type { ConnectionOwner, PooledConnection } from '../pooled-connection.ts'
import type { RequestFields, ResponseHandler, UpstreamConnection } from '../upstream.ts'
import type { Wire, WireHandler } from '../wire.ts'
import { BodyDecoder, type BodySink } from './body-decoder.ts'
import { HeadReader } from './head-reader.ts'
import { MessageHead } from './message-head.ts'
import { noBodyFraming, renderRequestHead } from './request-head.ts'
import { parseStatusLine } from './status-line.ts'
import { readTrailers } from './trailer-fields.ts'

export interface Http1ClientOptions {
  /** Trailers pass in both directions; else they are dropped (Envoy: `enable_trailers`). */
  readonly trailers: boolean
}

/** Response head, bytes (Envoy's default) and fields. */
const MAX_HEAD_BYTES = 80 * 1024
const MAX_FIELDS = 100

const State = { idle: 0, head: 1, body: 2, tunnel: 3, closed: 4 } as const

/** A connected HTTP/1.1 connection to an upstream endpoint: one request at a time, no pipelining. */
export class Http1ClientConnection implements WireHandler, BodySink, UpstreamConnection, PooledConnection {
  readonly protocol = 'HTTP/1.1'
  readonly localAddress: string
  readonly tls: TlsSession | null
  reused = false
  responseBegan = false
  requests = 0
  offered = false
  idleDeadline: Deadline | null = null
  lifeDeadline: Deadline | null = null
  askedAt = 0
  readonly #wire: Wire
  readonly #options: Http1ClientOptions
  readonly #owner: ConnectionOwner
  readonly #names: FieldNames
  readonly #reader = new HeadReader()
  readonly #head = new MessageHead()
  readonly #body = new BodyDecoder()
  #state: number = State.idle
  #handler: ResponseHandler | null = null
  #method = ''
  #requestEnded = true
  #keepAlive = true
  #retiring = false
  #chunked = false
  /** What the request asks to change to; '' = nothing. */
  #upgrade = ''
  #ownHalfEnded = false
  /** Where the request begins in the wire's output. */
  #begin = 0

  constructor(wire: Wire, owner: ConnectionOwner, names: FieldNames, options: Http1ClientOptions) {
    this.#wire = wire
    this.#owner = owner
    this.#names = names
    this.#options = options
    this.localAddress = wire.localAddress
    this.tls = wire.tls
    wire.handler = this
  }

  get congested(): boolean {
    return this.#wire.congested
  }

  get capacity(): number {
    return this.#state === State.idle && !this.#retiring ? 1 : 0
  }

  get active(): number {
    return this.#state === State.idle || this.#state === State.closed ? 0 : 1
  }

  begin(handler: ResponseHandler): UpstreamConnection {
    this.#handler = handler
    this.#state = State.head
    this.#requestEnded = false
    this.#keepAlive = true
    this.responseBegan = false
    this.reused = this.requests > 0
    this.requests += 1
    return this
  }

  sendHead(request: RequestFields, authority: string, endStream: boolean): void {
    this.#method = request.method
    this.#upgrade = request.upgrade
    // Behind a request to change the protocol nothing is HTTP's body, whatever comes.
    const bodiless = endStream || request.upgrade !== ''
    this.#chunked = !bodiless && !request.requestHeaders.has('content-length')
    this.#requestEnded = bodiless
    const framing = this.#chunked ? 'transfer-encoding: chunked\r\n' : bodiless ? noBodyFraming(request) : ''
    this.#begin = this.#wire.mark
    this.#wire.write(renderRequestHead(request, authority, framing))
  }

  sendBytes(buffer: Buffer, start: number, end: number): void {
    if (!this.#chunked) {
      this.#wire.writeBytes(buffer, start, end)
      return
    }
    if (start === end) return
    this.#wire.write(`${(end - start).toString(16)}\r\n`)
    this.#wire.writeBytes(buffer, start, end)
    this.#wire.write('\r\n')
  }

  endRequest(): void {
    this.#requestEnded = true
    if (this.#chunked) this.#wire.write('0\r\n\r\n')
  }

  sendTrailers(trailers: HeaderList): void {
    this.#requestEnded = true
    if (this.#chunked) this.#wire.write(`0\r\n${this.#options.trailers ? trailers.render() : ''}\r\n`)
  }

  startTunnel(): void {
    this.#state = State.tunnel
  }

  endTunnel(): void {
    this.#ownHalfEnded = true
    this.#wire.finish()
  }

  pause(): void {
    this.#wire.pause()
  }

  resume(): void {
    this.#wire.resume()
  }

  cancel(): void {
    if (!this.#takeBack()) this.close()
  }

  /**
   * Of a request that a client gives up in the turn that began it nothing has left: the connection is as good as before.
   * So a client that only opens and resets streams (CVE-2023-44487) does not have us make a connection for each.
   */
  #takeBack(): boolean {
    if (this.#state !== State.head || this.responseBegan || this.#retiring) return false
    if (!this.#wire.recall(this.#begin)) return false
    this.requests -= 1
    this.#handler = null
    this.#state = State.idle
    this.#owner.onAvailable(this)
    return true
  }

  retire(): void {
    this.#retiring = true
    if (this.#state === State.idle) this.close()
  }

  close(): void {
    this.#handler = null
    this.#state = State.closed
    this.#wire.destroy()
  }

  onConnect(): void {}

  onBytes(buffer: Buffer, length: number): void {
    let at = 0
    while (at !== -1 && at < length) {
      if (this.#state === State.head) at = this.#onHeadBytes(buffer, at, length)
      else if (this.#state === State.body) at = this.#onBodyBytes(buffer, at, length)
      else if (this.#state === State.tunnel) {
        this.#handler?.onBytes(buffer, at, length)
        return
      } else {
        // Bytes that nobody asked for: whatever they are, the next response must not be taken from them.
        this.close()
        return
      }
    }
  }

  onBodyBytes(buffer: Buffer, start: number, end: number): void {
    this.#handler?.onBytes(buffer, start, end)
  }

  onEnd(): void {
    if (this.#state === State.tunnel) {
      const handler = this.#handler
      // Both halves have ended: the socket closes by itself when all is written, and nobody waits for that.
      if (this.#ownHalfEnded) this.#handler = null
      handler?.onResponseEnd()
      return
    }
    if (this.#state === State.body && this.#body.endsWithConnection) this.#finishResponse(false)
    else if (this.#state === State.body || this.#reader.length > 0) this.#breakOff()
    this.#wire.destroy()
  }

  onWritable(): void {
    this.#handler?.onUpstreamWritable()
  }

  onClose(): void {
    const handler = this.#handler
    this.#state = State.closed
    this.#handler = null
    this.#owner.onClosed(this)
    handler?.onReset('connection termination', '')
  }

  #onHeadBytes(buffer: Buffer, start: number, end: number): number {
    this.responseBegan = true
    const next = this.#reader.push(buffer, start, end)
    if (this.#reader.broken) return this.#breakOff()
    if (next === -1) return this.#reader.length > MAX_HEAD_BYTES ? this.#breakOff() : end
    const head = this.#reader.head
    const handler = this.#handler as ResponseHandler
    const lineEnd = head.indexOf('\r\n')
    const status = parseStatusLine(head, lineEnd === -1 ? head.length : lineEnd)
    handler.responseFields.clear()
    this.#head.clear()
    const fieldsAt = lineEnd === -1 ? head.length : lineEnd + 2
    const error = this.#head.readFields(head, fieldsAt, this.#names, handler.responseFields, MAX_FIELDS)
    if (status === -1 || error !== '' || head.length > MAX_HEAD_BYTES) return this.#breakOff()
    if ((status < 200 || status === 204) && (this.#head.chunked || this.#head.contentLength > 0)) {
      // These have no body, whatever they say (RFC 9110 8.6, RFC 9112 6.1): what follows cannot be told from a response.
      return this.#breakOff()
    }
    if (status >= 200 || status === 101) this.#onFinalHead(status, handler, next < end)
    else handler.onInterim(status)
    return next
  }

  #onFinalHead(status: number, handler: ResponseHandler, excess: boolean): void {
    const head = this.#reader.head
    this.#keepAlive = !this.#head.close && (head[7] === '1' || this.#head.keepAlive)
    if (status === 101 || (this.#upgrade === 'connect' && status < 300)) {
      this.#onTunnel(status, handler)
      return
    }
    this.#startBody(status)
    if (this.#body.done) {
      this.#release(excess)
      handler.onHead(status, true)
    } else {
      this.#state = State.body
      handler.onHead(status, false)
    }
  }

  /** RFC 9112 6.3. */
  #startBody(status: number): void {
    const head = this.#head
    if (this.#method === 'HEAD' || status === 204 || status === 304) this.#body.startNone()
    else if (head.chunked) this.#body.startChunked(this.#options.trailers)
    else if (head.contentLength !== -1) this.#body.startLength(head.contentLength)
    else this.#body.startUntilClose()
  }

  #onTunnel(status: number, handler: ResponseHandler): void {
    if (status === 101) {
      // Without having asked, or without saying to what: what follows is no HTTP (RFC 9110 15.2.2).
      if (this.#upgrade === '' || this.#upgrade === 'connect' || this.#head.upgrade === '') {
        this.#breakOff()
        return
      }
      const { connection, upgrade } = this.#head.upgradeFields
      handler.responseFields.set('connection', connection)
      handler.responseFields.set('upgrade', upgrade)
    }
    // A length means nothing here (RFC 9110 9.3.6), and must not frame what follows.
    handler.responseFields.remove('content-length')
    this.startTunnel()
    handler.onHead(status, false)
  }

  #onBodyBytes(buffer: Buffer, start: number, end: number): number {
    const next = this.#body.feed(buffer, start, end, this)
    if (next === -1) return this.#breakOff()
    if (this.#body.done && this.#state === State.body) this.#finishResponse(next < end)
    return next
  }

  #finishResponse(excess: boolean): void {
    const handler = this.#handler
    if (this.#body.trailers !== '' && handler !== null) {
      if (!readTrailers(this.#body.trailers, this.#names, handler.responseTrailers)) {
        this.#breakOff()
        return
      }
    }
    this.#release(excess)
    handler?.onResponseEnd()
  }

  /**
   * The response is complete. It comes before the handler hears of that, so that the next request finds this connection.
   * @param excess more bytes came than the response has: the peer's framing cannot be trusted
   */
  #release(excess: boolean): void {
    const reusable =
      this.#keepAlive && this.#requestEnded && !this.#body.endsWithConnection && !this.#retiring && !excess
    this.#handler = null
    if (!reusable) {
      this.close()
      return
    }
    this.#state = State.idle
    this.#wire.resume()
    this.#owner.onAvailable(this)
  }

  /** The upstream broke the protocol. */
  #breakOff(): number {
    const handler = this.#handler
    this.close()
    handler?.onReset('protocol error', '')
    return -1
  }
}
