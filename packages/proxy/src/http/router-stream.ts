import type { RouterOptions } from '../config/model.ts'
import type { HttpStats } from './http-stats.ts'
import type { StreamExchange } from './stream-exchange.ts'

/** What the router needs of its stream: where the response goes. */
export interface RouterStream {
  readonly exchange: StreamExchange
  readonly stats: HttpStats
  readonly responseStarted: boolean
  /** More of the response waits than the client takes: pause until `Router.onDownstreamWritable`. */
  readonly downstreamCongested: boolean
  readonly routerOptions: RouterOptions
  /** An interim response, with `exchange.responseFields`; whether it passes is configured. */
  respondInterim(status: number): void
  /** `exchange.responseFields` is the head. Ends the response if nothing follows it. */
  respondHead(status: number, endStream: boolean): void
  respondBytes(buffer: Buffer, start: number, end: number): void
  /** With `exchange.responseTrailers` if there are any. */
  respondEnd(): void
  /** The upstream agreed to change the protocol (101, or 2xx after CONNECT): both sides pass bytes as they are. */
  respondTunnel(status: number): void
  respondTunnelEnd(): void
  /**
   * A reply of our own; `body` has one byte a character. Cuts the response if it has begun.
   * @param grpcStatus of a gRPC call; default: what `status` means
   */
  reply(
    status: number,
    body: string,
    details: string,
    flags: number,
    field?: readonly [string, string],
    grpcStatus?: number,
  ): void
  /** Cuts a response that has begun. */
  abort(details: string, flags: number): void
  pauseRequest(): void
  resumeRequest(): void
  /** The route has a stream idle timeout of its own. */
  setIdleTimeout(ms: number): void
}
