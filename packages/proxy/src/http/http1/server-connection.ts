import type { ConnectionInfo } from '../../listener/connection-info.ts'
import { limitLifetime } from '../connection-lifetime.ts'
import type { Deadline } from '../deadline-wheel.ts'
import type { Downstream } from '../downstream.ts'
import type { HttpService } from '../http-service.ts'
import type { ServedConnection, ServerPort, ServerRuntime } from '../server-port.ts'
import { Stream } from '../stream.ts'
import type { StreamExchange } from '../stream-exchange.ts'
import type { Wire, WireHandler } from '../wire.ts'
import { BodyDecoder, type BodySink } from './body-decoder.ts'
import { skipEmptyLines } from './head-reader.ts'
import type { HeadError } from './message-head.ts'
import { RequestReader } from './request-reader.ts'
import { statusLine } from './status-line.ts'
import { readTrailers } from './trailer-fields.ts'

const State = { head: 0, body: 1, done: 2, tunnel: 3, lingering: 4, closed: 5 } as const

/** How long a closing connection waits for the peer to have read the last response, ms (Envoy's delayed close). */
const LINGER_MS = 1000
/**
 * Bytes of pipelined requests that are read ahead. Reading stops there and not before: only who reads learns that the
 * client has gone.
 */
const MAX_STASH = 64 * 1024

/** An HTTP/1.1 connection of a client: requests one after the other, answered in order. */
export class Http1ServerConnection implements WireHandler, BodySink, Downstream, ServedConnection {
  readonly stream: Stream
  readonly #wire: Wire
  readonly #runtime: ServerRuntime
  readonly #port: ServerPort
  readonly #request: RequestReader
  readonly #body = new BodyDecoder()
  /** Idle, head and linger timeouts: only one of them holds at a time. */
  readonly #deadline: Deadline
  #service: HttpService
  #state: number = State.head
  /** A byte of the current request has come. */
  #begun = false
  /** Bytes of pipelined requests that came while one is being answered. */
  #stash: Buffer | null = null
  #consuming = false
  #responseEnded = false
  #chunked = false
  #untilClose = false
  #closeAfter = false
  /** No request is wanted after the current one. */
  #retiring = false
  readonly #lifetime: Deadline | null
  #requests = 0
  /** Bytes that waited to be written when the linger deadline was set. */
  #unwritten = 0

  constructor(wire: Wire, port: ServerPort, runtime: ServerRuntime, addresses: ConnectionInfo) {
    this.#wire = wire
    this.#port = port
    this.#runtime = runtime
    this.#service = port.service
    this.#request = new RequestReader(runtime.names)
    this.stream = new Stream(runtime, this, addresses)
    this.#deadline = runtime.wheel.deadline(() => this.#onDeadline())
    this.#deadline.arm(this.#service.config.idleTimeoutMs)
    this.#service.stats.downstreamCxHttp1Total += 1
    this.#service.stats.downstreamCxHttp1Active += 1
    this.#lifetime = limitLifetime(this, this.#service, runtime)
  }

  get congested(): boolean {
    return this.#wire.congested
  }

  /** No request is being received or answered. */
  get idle(): boolean {
    return this.#state === State.head && !this.#begun
  }

  /** Stops waiting for further requests: at once if `idle` and `withinMs` is 0, else within that time. */
  drain(withinMs: number): void {
    this.#retiring = true
    if (!this.idle) return
    if (withinMs === 0) this.#linger()
    else this.#deadline.arm(withinMs)
  }

  /** Closes at once, whatever goes on. */
  destroy(): void {
    this.#wire.destroy()
  }

  // From the wire.

  onConnect(): void {}

  onBytes(buffer: Buffer, length: number): void {
    if (this.#stash !== null) this.#putAside(Buffer.concat([this.#stash, buffer.subarray(0, length)]))
    else this.#consume(buffer, 0, length)
  }

  onEnd(): void {
    if (this.#state === State.tunnel) this.stream.onTunnelEnd()
    // As in Envoy, a client that closes its side is gone: what it asked for is given up. When we are closing, too, the
    // socket ends by itself once all is written.
    else if (this.#state !== State.lingering) this.#wire.destroy()
  }

  onWritable(): void {
    this.stream.onDownstreamWritable()
  }

  onClose(): void {
    this.#state = State.closed
    this.#deadline.cancel()
    this.#lifetime?.cancel()
    this.stream.onDownstreamClosed()
    this.#service.stats.downstreamCxHttp1Active -= 1
    this.#port.onClosed(this)
  }

  // From the body decoder.

  onBodyBytes(buffer: Buffer, start: number, end: number): void {
    if (!this.#responseEnded) this.stream.onRequestBytes(buffer, start, end)
  }

  // Downstream: what the stream answers.

  sendContinue(): void {
    this.#wire.write(`${statusLine(100)}\r\n`)
  }

  sendInterim(status: number, exchange: StreamExchange): void {
    if (exchange.protocol === 'HTTP/1.0') return
    this.#wire.write(`${statusLine(status)}${exchange.responseFields.render()}\r\n`)
  }

  sendHead(exchange: StreamExchange, endStream: boolean): void {
    const { status, responseFields: headers, method } = exchange
    const bodiless = status === 204 || status === 304
    const http10 = exchange.protocol === 'HTTP/1.0'
    let framing = ''
    // As Envoy, whatever frames the response: HTTP/1.0 has but one way to do without a length.
    if (http10 && !headers.has('content-length')) this.#closeAfter = true
    if (status === 204) headers.remove('content-length')
    else if (method === 'HEAD') {
      // What a GET would get (RFC 9112 6.1).
      if (!http10 && status !== 304 && !headers.has('content-length')) framing = 'transfer-encoding: chunked\r\n'
    } else if (!bodiless && !headers.has('content-length')) {
      if (endStream) framing = 'content-length: 0\r\n'
      else if (http10) this.#untilClose = true
      else {
        this.#chunked = true
        framing = 'transfer-encoding: chunked\r\n'
      }
    }
    if (this.#mustClose()) {
      this.#closeAfter = true
      framing += 'connection: close\r\n'
    } else if (http10) framing += 'connection: keep-alive\r\n'
    const head = `${statusLine(status, http10)}${headers.render()}${framing}\r\n`
    exchange.responseHeadBytes = head.length
    this.#wire.write(head)
  }

  sendText(text: string): void {
    if (this.#chunked) this.#wire.write(`${text.length.toString(16)}\r\n${text}\r\n`)
    else this.#wire.write(text)
  }

  sendBytes(buffer: Buffer, start: number, end: number): void {
    if (!this.#chunked) {
      this.#wire.writeBytes(buffer, start, end)
      return
    }
    this.#wire.write(`${(end - start).toString(16)}\r\n`)
    this.#wire.writeBytes(buffer, start, end)
    this.#wire.write('\r\n')
  }

  end(): void {
    if (this.#chunked) this.#wire.write('0\r\n\r\n')
    this.#endResponse()
  }

  sendTrailers(exchange: StreamExchange): void {
    const fields = this.#service.config.http1Trailers ? exchange.responseTrailers.render() : ''
    if (this.#chunked) this.#wire.write(`0\r\n${fields}\r\n`)
    this.#endResponse()
  }

  #endResponse(): void {
    this.#responseEnded = true
    this.#afterResponse()
  }

  reset(): void {
    this.#responseEnded = true
    // Without framing only a reset tells the client that something is missing.
    if (this.#untilClose) this.#wire.reset()
    else this.#linger()
  }

  closeAfterResponse(): void {
    this.#closeAfter = true
  }

  startTunnel(exchange: StreamExchange): void {
    this.#wire.write(`${statusLine(exchange.status)}${exchange.responseFields.render()}\r\n`)
    this.#state = State.tunnel
    this.#requests = 0
    this.#unstash()
  }

  endTunnel(): void {
    this.#wire.finish()
  }

  pauseRequest(): void {
    this.#wire.pause()
  }

  resumeRequest(): void {
    if (this.#stash === null || this.#stash.length <= MAX_STASH) this.#wire.resume()
  }

  // Reading.

  #consume(buffer: Buffer, start: number, end: number): void {
    this.#consuming = true
    let at = start
    while (at < end) {
      if (this.#state === State.head) at = this.#onHeadBytes(buffer, at, end)
      else if (this.#state === State.body) at = this.#takeBody(buffer, at, end)
      else break
    }
    this.#consuming = false
    if (at >= end) return
    if (this.#state === State.tunnel) this.stream.onRequestBytes(buffer, at, end)
    else if (this.#state === State.done) this.#putAside(Buffer.from(buffer.subarray(at, end)))
  }

  #putAside(bytes: Buffer): void {
    this.#stash = bytes
    if (bytes.length > MAX_STASH) this.#wire.pause()
  }

  #unstash(): void {
    if (this.#consuming) return
    const stash = this.#stash
    this.#stash = null
    this.#wire.resume()
    if (stash !== null) this.#consume(stash, 0, stash.length)
  }

  #onHeadBytes(buffer: Buffer, start: number, end: number): number {
    let at = start
    if (!this.#begun) {
      at = skipEmptyLines(buffer, start, end)
      if (at === end) return end
      this.#beginRequest()
    }
    const next = this.#request.push(buffer, at, end, this.stream.exchange, this.#service.config)
    const { error } = this.#request
    if (error !== '') {
      this.#refuse(error)
      return end
    }
    if (next === -1) return end
    this.#startRequest()
    return next
  }

  #beginRequest(): void {
    this.#begun = true
    this.#responseEnded = false
    this.#chunked = false
    this.#untilClose = false
    this.#closeAfter = false
    this.#service = this.#port.service
    this.#deadline.arm(this.#service.config.requestHeadersTimeoutMs)
    this.stream.open(this.#service)
    this.#service.stats.downstreamRqHttp1Total += 1
    this.#requests += 1
    if (this.#requests === this.#service.config.maxRequestsPerConnection) {
      this.#service.stats.downstreamCxMaxRequestsReached += 1
    }
  }

  #startRequest(): void {
    const request = this.#request
    const { head } = request
    this.#deadline.cancel()
    if (request.closes) this.#closeAfter = true
    if (head.chunked) this.#body.startChunked(this.#service.config.http1Trailers)
    else this.#body.startLength(head.contentLength === -1 ? 0 : head.contentLength)
    const ended = this.#body.done
    this.#state = ended ? State.done : State.body
    const { hasHost, expectsContinue, hasBodyBeforeUpgrade } = request
    this.stream.start({ ended, hasHost, expectsContinue, hasBodyBeforeUpgrade, upgradeFields: head.upgradeFields })
  }

  #takeBody(buffer: Buffer, start: number, end: number): number {
    const next = this.#body.feed(buffer, start, end, this)
    if (next === -1) {
      this.#refuseBody()
      return end
    }
    if (this.#body.done && this.#state === State.body) {
      this.#state = State.done
      if (this.#body.trailers !== '') this.#readTrailers()
      else this.stream.onRequestEnd()
    }
    return next
  }

  #readTrailers(): void {
    const { requestTrailers } = this.stream.exchange
    if (readTrailers(this.#body.trailers, this.#runtime.names, requestTrailers)) this.stream.onRequestEnd()
    else this.#refuse('http1.too_many_trailers')
  }

  #refuse(error: Exclude<HeadError, ''>): void {
    this.#service.stats.downstreamCxProtocolError += 1
    this.#closeAfter = true
    this.#state = State.done
    this.stream.refuse(error)
  }

  #refuseBody(): void {
    this.#closeAfter = true
    this.#state = State.done
    this.stream.refuse('http1.codec_error')
  }

  // Between requests.

  #mustClose(): boolean {
    const max = this.#service.config.maxRequestsPerConnection
    return this.#closeAfter || this.#retiring || this.#port.draining || (max > 0 && this.#requests >= max)
  }

  #afterResponse(): void {
    if (this.#closeAfter || this.#untilClose) this.#linger()
    else this.#nextRequest()
  }

  #nextRequest(): void {
    this.#state = State.head
    this.#begun = false
    this.#deadline.arm(this.#service.config.idleTimeoutMs)
    this.#unstash()
  }

  /** Ends our side and reads on for a while: closing with unread input would reset what the client has yet to read. */
  #linger(): void {
    this.#state = State.lingering
    this.#stash = null
    this.#wire.resume()
    this.#wire.finish()
    this.#unwritten = Number.POSITIVE_INFINITY
    this.#deadline.arm(LINGER_MS)
  }

  #onDeadline(): void {
    if (this.#state === State.head && this.#begun) {
      this.#service.stats.downstreamRqHeaderTimeout += 1
      this.#closeAfter = true
      this.#state = State.done
      this.stream.refuseSlowHead()
    } else if (this.#state === State.head) {
      this.#service.stats.downstreamCxIdleTimeout += 1
      this.#linger()
    } else if (this.#state === State.lingering && this.#wire.unwritten < this.#unwritten && this.#wire.unwritten > 0) {
      // A slow client is still taking the response.
      this.#unwritten = this.#wire.unwritten
      this.#deadline.arm(LINGER_MS)
    } else this.#wire.destroy()
  }
}
