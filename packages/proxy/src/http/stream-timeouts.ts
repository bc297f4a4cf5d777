import type { HttpConnectionManagerConfig } from '../config/model.ts'
import type { MatchedRoute } from '../route/route-table.ts'
import type { Deadline } from './deadline-wheel.ts'
import { ResponseFlag } from './exchange.ts'
import { GrpcStatus } from './grpc.ts'
import type { HttpStats } from './http-stats.ts'
import { limitDuration } from './stream-duration.ts'
import type { StreamExchange } from './stream-exchange.ts'
import type { StreamRuntime } from './stream-runtime.ts'

/** A stream, as its timeouts see it. */
export interface TimedStream {
  readonly exchange: StreamExchange
  readonly stats: HttpStats
  readonly requestEnded: boolean
  readonly inTunnel: boolean
  /** As in `FilterStream`. */
  reply(status: number, body: string, details: string, flags: number, field?: undefined, grpcStatus?: number): void
  abort(details: string, flags: number): void
  closeAfterResponse(): void
}

/** The timeouts of a stream as a whole; of an upstream's tries its router knows. Reused with the stream. */
export class StreamTimeouts {
  readonly #stream: TimedStream
  readonly #turn: StreamRuntime['turn']
  /** Nothing came or went. */
  readonly #idle: Deadline
  /** From the first byte of the request to its end. */
  readonly #request: Deadline
  /** From the first byte of the request to the end of the response. */
  readonly #duration: Deadline
  #idleMs = 0

  constructor(stream: TimedStream, { turn, wheel }: StreamRuntime) {
    this.#stream = stream
    this.#turn = turn
    this.#idle = wheel.deadline(() => this.#onIdle())
    this.#request = wheel.deadline(() => this.#onRequestTimeout())
    this.#duration = wheel.deadline(() => this.#onDurationReached())
  }

  /** The first byte of a request has come. */
  begin({ requestTimeoutMs, streamIdleTimeoutMs }: HttpConnectionManagerConfig): void {
    this.#request.arm(requestTimeoutMs)
    this.setIdle(streamIdleTimeoutMs)
  }

  /** Something came or went. */
  touch(): void {
    this.#idle.arm(this.#idleMs)
  }

  /** @param ms 0 = no limit */
  setIdle(ms: number): void {
    this.#idleMs = ms
    this.#idle.arm(ms)
  }

  /** The request has ended, or has no end (a tunnel). */
  requestEnded(): void {
    this.#request.cancel()
  }

  /** The route is known: how long all of it may take. */
  limitDuration(route: MatchedRoute | null, config: HttpConnectionManagerConfig): void {
    const { exchange } = this.#stream
    const limit = limitDuration(exchange, route, config)
    const elapsed = this.#turn.now - exchange.startedAt
    if (limit > 0) this.#duration.arm(Math.max(Number.MIN_VALUE, limit - elapsed))
  }

  cancel(): void {
    this.#idle.cancel()
    this.#request.cancel()
    this.#duration.cancel()
  }

  #onIdle(): void {
    const stream = this.#stream
    stream.stats.downstreamRqIdleTimeout += 1
    if (stream.inTunnel) stream.abort('stream_idle_timeout', ResponseFlag.SI)
    else stream.reply(this.#status(), 'stream timeout', 'stream_idle_timeout', ResponseFlag.SI)
  }

  #onRequestTimeout(): void {
    const stream = this.#stream
    stream.stats.downstreamRqTimeout += 1
    stream.closeAfterResponse()
    stream.reply(408, 'request timeout', 'request_overall_timeout', 0)
  }

  #onDurationReached(): void {
    const body = 'downstream duration timeout'
    this.#stream.stats.downstreamRqMaxDurationReached += 1
    this.#stream.reply(this.#status(), body, 'max_duration_timeout', 0, undefined, GrpcStatus.deadlineExceeded)
  }

  #status(): number {
    return this.#stream.requestEnded ? 504 : 408
  }
}
