import type { Random } from '@mizzen/base'
import type { HeaderBlock } from '@mizzen/xds/hpack'
import { MAX_WINDOW, Setting } from '@mizzen/xds/http2-frames'
import type { Http2Options } from '../../config/http2-options.ts'
import type { TlsSession } from '../../tls/tls-session.ts'
import type { Deadline, DeadlineWheel } from '../deadline-wheel.ts'
import type { ConnectionOwner, PooledConnection } from '../pooled-connection.ts'
import type { RequestFields, ResetReason, ResponseHandler, UpstreamConnection } from '../upstream.ts'
import type { Wire, WireHandler } from '../wire.ts'
import { writeRequest } from './client-request.ts'
import { ClientResponse } from './client-response.ts'
import { type ClientStreamOwner, Http2ClientStream } from './client-stream.ts'
import { ErrorCode } from './error-code.ts'
import type { HeaderField } from './header-field.ts'
import type { Http2Resources } from './http2-resources.ts'
import { KeepAlive } from './keep-alive.ts'
import { Http2Session, type SessionOwner } from './session.ts'
import type { SessionStream } from './session-stream.ts'

/** Streams that a peer takes before its SETTINGS say so; the least that it should (RFC 9113 6.5.2). */
const UNSETTLED_STREAMS = 100
/** Response head, fields and bytes (Envoy's defaults). */
const LIMITS = { maxHeadersCount: 100, maxHeadersBytes: 80 * 1024 }
/** Stream objects that wait for their next request. */
const MAX_FREE = 128
/** What a PING carries says nothing to anybody. */
const PING = Buffer.alloc(8)

/** A connected HTTP/2 connection to an upstream endpoint, which carries many requests at the same time. */
export class Http2ClientConnection implements WireHandler, SessionOwner, PooledConnection, ClientStreamOwner {
  readonly localAddress: string
  readonly tls: TlsSession | null
  readonly session: Http2Session
  requests = 0
  active = 0
  offered = false
  idleDeadline: Deadline | null = null
  lifeDeadline: Deadline | null = null
  askedAt = 0
  readonly #wire: Wire
  readonly #owner: ConnectionOwner
  readonly #options: Http2Options
  readonly #response = new ClientResponse()
  readonly #free: Http2ClientStream[] = []
  #nextId = 1
  #settled = false
  #retiring = false
  #closed = false
  #idleSince: number
  readonly #keepAlive: KeepAlive | null

  constructor(
    wire: Wire,
    owner: ConnectionOwner,
    options: Http2Options,
    resources: Http2Resources,
    wheel: DeadlineWheel,
    random: Random,
  ) {
    this.#wire = wire
    this.#owner = owner
    this.#options = options
    this.localAddress = wire.localAddress
    this.tls = wire.tls
    this.session = new Http2Session(wire, this, options, resources, LIMITS)
    wire.handler = this
    this.session.writer.preface()
    this.session.start([[Setting.enablePush, 0]])
    this.#idleSince = wire.turn.now
    this.#keepAlive = this.#watch(wheel, random)
  }

  get capacity(): number {
    if (this.#retiring || this.#closed) return 0
    const peer = this.#settled ? this.session.peer.maxConcurrentStreams : UNSETTLED_STREAMS
    return Math.max(0, Math.min(peer, this.#options.maxConcurrentStreams) - this.active)
  }

  begin(handler: ResponseHandler): UpstreamConnection {
    const stream = this.#free.pop() ?? new Http2ClientStream(this)
    stream.prepare(handler, this.requests > 0)
    this.active += 1
    this.requests += 1
    return stream
  }

  retire(): void {
    this.#retiring = true
    if (this.active === 0) this.close()
  }

  close(): void {
    this.#closed = true
    this.#wire.destroy()
  }

  // From the streams.

  openStream(stream: Http2ClientStream, request: RequestFields, authority: string, endStream: boolean): void {
    const { session } = this
    session.open(stream, this.#nextId)
    this.#nextId += 2
    if (this.active === 1) this.#keepAlive?.onStreamAfterIdle(this.#wire.turn.now - this.#idleSince)
    if (this.#nextId > MAX_WINDOW) this.#retiring = true
    writeRequest(session.writer, request, authority)
    session.endHeaders(stream, endStream)
  }

  onStreamOver(stream: Http2ClientStream): void {
    this.active -= 1
    if (this.active === 0) this.#idleSince = this.#wire.turn.now
    if (this.#free.length < MAX_FREE) this.#free.push(stream)
    if (this.#retiring && this.active === 0) this.close()
    else this.#owner.onAvailable(this)
  }

  // From the wire.

  onConnect(): void {}

  onBytes(buffer: Buffer, length: number): void {
    if (!this.#closed) this.session.receive(buffer, 0, length)
  }

  onEnd(): void {
    this.#wire.destroy()
  }

  onWritable(): void {
    this.session.onWritable()
  }

  onClose(): void {
    this.#closed = true
    this.#keepAlive?.close()
    const reason = this.session.failed ? 'protocol error' : 'connection termination'
    for (const stream of this.#openStreams()) if (stream.complete) this.session.streams.delete(stream.id)
    this.#abortAll(reason, 0)
    this.session.close()
    this.#owner.onClosed(this)
  }

  // From the session.

  onHeadersBegin(): void {}

  onHeaders(_id: number, stream: SessionStream | null, block: HeaderBlock<HeaderField>, endStream: boolean): void {
    if (stream === null) {
      this.session.failConnection(ErrorCode.protocolError, 'a HEADERS frame on a stream that was not opened')
      return
    }
    if (!(stream as Http2ClientStream).onHeaderBlock(block, this.#response, endStream)) this.session.failMessage(stream)
  }

  onSettings(): void {
    this.#settled = true
    this.#owner.onAvailable(this)
  }

  onGoAway(lastStream: number): void {
    this.#retiring = true
    // The peer has not and will not look at these (RFC 9113 6.8).
    this.#abortAll('remote refused stream reset', lastStream)
    if (this.active === 0) this.close()
  }

  onPong(): void {
    this.#keepAlive?.onPong()
  }

  onSessionError(): void {
    // GOAWAY says why.
    this.session.writer.flush()
    this.#wire.destroy()
  }

  #watch(wheel: DeadlineWheel, random: Random): KeepAlive | null {
    const { keepalive } = this.#options
    if (keepalive === undefined) return null
    const ping = () => this.session.writer.ping(false, PING, 0)
    return new KeepAlive(keepalive, wheel, random, ping, () => this.#wire.destroy())
  }

  #openStreams(): readonly Http2ClientStream[] {
    return [...this.session.streams.values()] as Http2ClientStream[]
  }

  /** Ends the streams above `after`. */
  #abortAll(reason: ResetReason, after: number): void {
    for (const stream of this.#openStreams()) {
      if (stream.id <= after) continue
      this.session.drop(stream)
      stream.abort(reason)
    }
  }
}
