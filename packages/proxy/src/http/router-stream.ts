import type { HttpStats } from './http-stats.ts'
import type { StreamExchange } from './stream-exchange.ts'

/** What the router needs of its stream: where the response goes. */
export interface RouterStream {
  readonly exchange: StreamExchange
  readonly stats: HttpStats
  readonly responseStarted: boolean
  /** More of the response waits than the client takes: pause until `Router.onDownstreamWritable`. */
  readonly downstreamCongested: boolean
  /** `exchange.responseFields` is the head. Ends the response if nothing follows it. */
  respondHead(status: number, endStream: boolean): void
  respondBytes(buffer: Buffer, start: number, end: number): void
  respondEnd(): void
  /** 101 came: the protocol changes, and both sides pass bytes as they are. */
  respondTunnel(): void
  respondTunnelEnd(): void
  /** A reply of our own; `body` has one byte a character. Cuts the response if it has begun. */
  reply(status: number, body: string, details: string, flags: number, field?: readonly [string, string]): void
  /** Cuts a response that has begun. */
  abort(details: string, flags: number): void
  pauseRequest(): void
  resumeRequest(): void
  /** The route has a stream idle timeout of its own. */
  setIdleTimeout(ms: number): void
}
