import type { HeaderBlock } from '@mizzen/xds/hpack'
import { MAX_WINDOW, Setting } from '@mizzen/xds/http2-frames'
import type { ConnectionInfo } from '../../listener/connection-info.ts'
import { limitLifetime } from '../connection-lifetime.ts'
import type { Deadline } from '../deadline-wheel.ts'
import type { HeaderList } from '../header-list.ts'
import type { HttpService } from '../http-service.ts'
import type { ServedConnection, ServerPort, ServerRuntime } from '../server-port.ts'
import type { StreamExchange } from '../stream-exchange.ts'
import type { Wire, WireHandler } from '../wire.ts'
import { ErrorCode } from './error-code.ts'
import type { HeaderField } from './header-field.ts'
import { KeepAlive } from './keep-alive.ts'
import { PrematureResets } from './premature-resets.ts'
import { RequestMessage, readTrailers } from './request-message.ts'
import { Http2ServerStream, type StreamConnection } from './server-stream.ts'
import { Http2Session, type SessionOwner } from './session.ts'
import type { SessionStream } from './session-stream.ts'

/** `goingAway`: the client was told to open no more streams; `closing`: and which ones will be served. */
const State = { open: 0, goingAway: 1, closing: 2, lingering: 3, closed: 4 } as const

/** How long a closing connection waits for the peer to have read the last response, ms (Envoy's delayed close). */
const LINGER_MS = 1000
/** Stream objects that are kept for further requests. */
const MAX_SPARE_STREAMS = 128

/**
 * Requests that one turn of the event loop begins, of a client as such and of one that resets most of what it opens; what
 * was read from the next one on waits. (In Envoy this is `http.max_requests_per_io_cycle`, and unlimited by default.)
 */
const MAX_BEGUN = 32
const MAX_BEGUN_SUSPECTED = 2

/** What a PING of ours holds: eight bytes of any kind. */
const PING = Buffer.alloc(8)

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/** An HTTP/2 connection of a client: many requests at a time, each on its stream. */
export class Http2ServerConnection implements WireHandler, SessionOwner, StreamConnection, ServedConnection {
  readonly session: Http2Session
  readonly runtime: ServerRuntime
  readonly addresses: ConnectionInfo
  readonly #wire: Wire
  readonly #port: ServerPort
  readonly #request = new RequestMessage()
  readonly #spare: Http2ServerStream[] = []
  /** Idle, drain and linger timeouts: only one of them holds at a time. */
  readonly #deadline: Deadline
  /** For a header block that comes in parts. */
  readonly #headDeadline: Deadline
  readonly #keepAlive: KeepAlive | null
  readonly #lifetime: Deadline | null
  #service: HttpService
  #state: number = State.open
  /** Bytes of the client's preface that have come. */
  #preface = 0
  #requests = 0
  /** Of them, by this read. */
  #begun = 0
  /** What was read and waits for the next turn; null = nothing. */
  #held: Buffer | null = null
  /** When the last stream ended; monotonic ms. */
  #idleSince: number
  /** Bytes that waited to be written when the linger deadline was set. */
  #unwritten = 0
  readonly #resets = new PrematureResets()

  constructor(wire: Wire, port: ServerPort, runtime: ServerRuntime, addresses: ConnectionInfo) {
    this.#wire = wire
    this.#port = port
    this.runtime = runtime
    this.addresses = addresses
    this.#service = port.service
    this.#idleSince = runtime.turn.now
    const { config } = this.#service
    this.session = new Http2Session(wire, this, config.http2, runtime.http2, headerLimits(this.#service))
    this.#deadline = runtime.wheel.deadline(() => this.#onDeadline())
    this.#headDeadline = runtime.wheel.deadline(() => this.#onHeadDeadline())
    this.#deadline.arm(config.idleTimeoutMs)
    this.#service.stats.downstreamCxHttp2Total += 1
    this.#service.stats.downstreamCxHttp2Active += 1
    const settings: [number, number][] = [[Setting.maxConcurrentStreams, config.http2.maxConcurrentStreams]]
    if (config.http2.allowConnect) settings.push([Setting.enableConnectProtocol, 1])
    this.session.start(settings)
    this.#keepAlive = this.#makeKeepAlive()
    this.#lifetime = limitLifetime(this, this.#service, runtime)
  }

  /** Tells the client to open no more streams, and within that time which ones are served; closes when they have ended. */
  drain(withinMs: number): void {
    if (this.#state !== State.open) return
    this.#state = State.goingAway
    this.session.writer.goAway(MAX_WINDOW, ErrorCode.noError)
    if (withinMs === 0) this.#stopServing()
    else this.#deadline.arm(withinMs)
  }

  destroy(): void {
    this.#wire.destroy()
  }

  // From the wire.

  onConnect(): void {}

  onBytes(buffer: Buffer, length: number): void {
    if (this.#held !== null) this.#held = Buffer.concat([this.#held, buffer.subarray(0, length)])
    else this.#take(buffer, length)
  }

  #take(buffer: Buffer, length: number): void {
    if (this.#state >= State.lingering) return
    let at = 0
    for (; this.#preface < PREFACE.length && at < length; at += 1, this.#preface += 1) {
      if (buffer[at] === PREFACE[this.#preface]) continue
      this.session.failConnection(ErrorCode.protocolError, 'no HTTP/2 preface')
      return
    }
    this.#begun = 0
    const taken = this.session.receive(buffer, at, length)
    if (this.session.inputHeld && this.#state < State.lingering) this.#hold(Buffer.from(buffer.subarray(taken, length)))
  }

  /** What one client asks for in one turn of the event loop is limited: others are heard in between. */
  #hold(bytes: Buffer): void {
    this.#held = bytes
    this.#wire.pause()
    setImmediate(() =>
      this.runtime.turn.run(() => {
        const held = this.#held as Buffer
        this.#held = null
        this.#take(held, held.length)
        if (this.#held === null) this.#wire.resume()
      }),
    )
  }

  onEnd(): void {
    // A client that closes its side is gone. When we are closing, too, the socket ends by itself once all is written.
    if (this.#state !== State.lingering) this.#wire.destroy()
  }

  onWritable(): void {
    this.session.onWritable()
  }

  onClose(): void {
    this.#state = State.closed
    this.#deadline.cancel()
    this.#headDeadline.cancel()
    this.#keepAlive?.close()
    this.#lifetime?.cancel()
    this.#dropStreams('')
    this.#service.stats.downstreamCxHttp2Active -= 1
    this.#port.onClosed(this)
  }

  // From the session.

  onHeadersBegin(_id: number, complete: boolean): void {
    if (!complete) this.#headDeadline.arm(this.#service.config.requestHeadersTimeoutMs)
  }

  onHeaders(id: number, stream: SessionStream | null, block: HeaderBlock<HeaderField>, endStream: boolean): void {
    this.#headDeadline.cancel()
    if (stream !== null) this.#onTrailers(stream as Http2ServerStream, block, endStream)
    else if (this.#state !== State.open && this.#state !== State.goingAway)
      this.session.refuse(id, ErrorCode.refusedStream)
    else if (this.session.streams.size >= this.#service.config.http2.maxConcurrentStreams) {
      this.session.highestStream = id
      this.session.refuse(id, ErrorCode.refusedStream)
    } else this.#onRequest(id, block, endStream)
  }

  onSettings(): void {}

  onGoAway(): void {}

  onPong(): void {
    this.#keepAlive?.onPong()
  }

  onSessionError(_code: number, message: string): void {
    this.#service.stats.downstreamCxProtocolError += 1
    this.#dropStreams(message)
    this.#linger()
  }

  // For streams.

  sendHead(stream: SessionStream, status: number, fields: HeaderList | null, endStream: boolean): number {
    const { writer } = this.session
    const text = String(status)
    if (fields === null) writer.beginHeaders(16, 1)
    else writer.beginHeaders(fields.bytes + 16, fields.size + 1)
    writer.field(':status', text)
    if (fields !== null) writer.fields(fields)
    const bytes = writer.endHeaders(stream.id, endStream)
    if (this.#state === State.open && this.#port.draining) this.drain(this.#service.config.drainTimeoutMs)
    return bytes
  }

  onReset(exchange: StreamExchange): void {
    const age = this.runtime.turn.now - exchange.startedAt
    if (!this.#resets.noteReset(exchange.status === 0, age)) return
    this.#service.stats.downstreamRqTooManyPrematureResets += 1
    // What was read with it must not be looked at any more, either.
    this.#dropStreams('')
    this.#wire.destroy()
  }

  recycle(stream: Http2ServerStream): void {
    this.#resets.noteEnd()
    if (this.#spare.length < MAX_SPARE_STREAMS) this.#spare.push(stream)
    if (this.session.streams.size > 0) return
    this.#idleSince = this.runtime.turn.now
    if (this.#state === State.open) this.#deadline.arm(this.#service.config.idleTimeoutMs)
    else if (this.#state === State.closing) this.#linger()
  }

  // Requests.

  #onRequest(id: number, block: HeaderBlock<HeaderField>, endStream: boolean): void {
    const service = this.#port.service
    if (service !== this.#service) {
      this.#service = service
      this.session.limits = headerLimits(service)
    }
    if (this.#state === State.open) this.#deadline.cancel()
    if (this.#keepAlive !== null && this.session.streams.size === 0) {
      this.#keepAlive.onStreamAfterIdle(this.runtime.turn.now - this.#idleSince)
    }
    const own = this.#spare.pop() ?? new Http2ServerStream(this)
    own.prepare()
    this.session.open(own, id)
    own.stream.open(service)
    service.stats.downstreamRqHttp2Total += 1
    this.#requests += 1
    this.#begun += 1
    if (this.#begun >= (this.#resets.suspected ? MAX_BEGUN_SUSPECTED : MAX_BEGUN)) this.session.pauseInput()
    const { maxRequestsPerConnection, drainTimeoutMs } = service.config
    if (this.#requests === maxRequestsPerConnection) service.stats.downstreamCxMaxRequestsReached += 1
    if (maxRequestsPerConnection > 0 && this.#requests >= maxRequestsPerConnection) this.drain(drainTimeoutMs)
    this.#startRequest(own, block, endStream)
  }

  #startRequest(own: Http2ServerStream, block: HeaderBlock<HeaderField>, endStream: boolean): void {
    const request = this.#request
    const { exchange } = own.stream
    exchange.protocol = 'HTTP/2'
    exchange.requestHeadBytes = block.bytes
    if (block.overflow !== '') {
      own.refuse(block.overflow === 'fields' ? 'http2.too_many_headers' : 'http2.header_list_size_too_large')
      return
    }
    const error = request.read(block, exchange.requestHeaders, this.#service.config.http2.allowConnect)
    if (error !== '') {
      exchange.requestHeaders.clear()
      this.session.failMessage(own, error)
      return
    }
    exchange.authority = request.authority
    exchange.method = request.protocol === '' ? request.method : 'GET'
    exchange.path = request.path
    exchange.scheme = request.scheme
    exchange.upgrade = request.protocol !== '' ? request.protocol : request.method === 'CONNECT' ? 'connect' : ''
    own.expectedBytes = request.contentLength
    if (exchange.upgrade !== '') own.pause()
    if (endStream && !own.receiveEnd()) {
      this.session.fail(own, ErrorCode.protocolError)
      return
    }
    const ended = endStream || exchange.upgrade !== ''
    const { expectsContinue } = request
    own.stream.start({ ended, hasHost: true, expectsContinue, hasBodyBeforeUpgrade: false, upgradeFields: null })
  }

  #onTrailers(stream: Http2ServerStream, block: HeaderBlock<HeaderField>, endStream: boolean): void {
    const { requestTrailers } = stream.stream.exchange
    if (block.overflow !== '') {
      stream.refuse(block.overflow === 'fields' ? 'http2.too_many_headers' : 'http2.header_list_size_too_large')
      return
    }
    const error = endStream ? readTrailers(block, requestTrailers) : 'http2.violation.of.messaging.rule'
    if (error !== '') this.session.failMessage(stream, error)
    else if (!stream.receiveEnd()) this.session.fail(stream, ErrorCode.protocolError)
  }

  #makeKeepAlive(): KeepAlive | null {
    const { keepalive } = this.#service.config.http2
    if (keepalive === undefined) return null
    const ping = () => this.session.writer.ping(false, PING, 0)
    return new KeepAlive(keepalive, this.runtime.wheel, this.runtime.random, ping, () => this.#wire.destroy())
  }

  // Ends.

  #onHeadDeadline(): void {
    this.#service.stats.downstreamRqHeaderTimeout += 1
    this.session.failConnection(ErrorCode.enhanceYourCalm, 'request header timeout')
  }

  #onDeadline(): void {
    switch (this.#state) {
      case State.open:
        this.#service.stats.downstreamCxIdleTimeout += 1
        this.drain(this.#service.config.drainTimeoutMs)
        return
      case State.goingAway:
        this.#stopServing()
        return
      case State.lingering:
        if (this.#wire.unwritten < this.#unwritten && this.#wire.unwritten > 0) {
          // A slow client is still taking the last responses.
          this.#unwritten = this.#wire.unwritten
          this.#deadline.arm(LINGER_MS)
          return
        }
        this.#wire.destroy()
    }
  }

  /** No stream beyond those that are there is served. */
  #stopServing(): void {
    this.#state = State.closing
    this.session.writer.goAway(this.session.highestStream, ErrorCode.noError)
    if (this.session.streams.size === 0) this.#linger()
  }

  /** Ends our side and reads on for a while: closing with unread input would reset what the client has yet to read. */
  #linger(): void {
    this.#state = State.lingering
    this.#keepAlive?.close()
    this.#lifetime?.cancel()
    this.session.writer.flush()
    this.#wire.finish()
    this.#unwritten = Number.POSITIVE_INFINITY
    this.#deadline.arm(LINGER_MS)
  }

  #dropStreams(error: string): void {
    const streams = [...this.session.streams.values()] as Http2ServerStream[]
    this.session.close()
    // As Envoy logs it: first who ended the connection.
    for (const stream of streams) if (stream.violation !== '') stream.onConnectionClosed(error)
    for (const stream of streams) stream.onConnectionClosed(error)
  }
}

function headerLimits(service: HttpService): { maxHeadersCount: number; maxHeadersBytes: number } {
  const { maxHeadersCount, maxRequestHeadersBytes } = service.config
  return { maxHeadersCount, maxHeadersBytes: maxRequestHeadersBytes }
}
