import type { Random } from '@mizzen/base'
import type { BodyTransform } from '../http/body-transform.ts'
import type { Exchange } from '../http/exchange.ts'
import type { RouteSlot } from '../route/route-slot.ts'
import type { MatchedRoute } from '../route/route-table.ts'

/** What a filter sees of a stream, and may do with it. */
export interface FilterStream {
  readonly exchange: Exchange
  /** null if no route matched. */
  readonly route: MatchedRoute | null
  /** Where its route was looked for. */
  readonly routes: RouteSlot
  readonly random: Random
  /** The client speaks gRPC-Web: replies of our own are in its form. Set by its filter. */
  isGrpcWeb: boolean
  /** The response is one of our own. */
  readonly repliesItself: boolean
  /** What becomes of the bodies; a filter may set them in `onRequest` and `onResponse`. */
  requestTransform: BodyTransform | null
  responseTransform: BodyTransform | null
  /** Goes on with the next filter after `ms`; only for a filter that returned `stop`. */
  proceedAfter(ms: number): void
  /**
   * Waits for something else than time; only for a filter that returned `stop`.
   * @returns goes on with the next filter, or does `instead`; nothing happens if the request is over by then. To be
   * called once, inside an event turn
   */
  suspend(): (instead?: () => void) => void
  /** Looks for the route again, since the routes or clusters have changed. @returns false if that has ended the request */
  rematch(): boolean
  /**
   * Answers in place of the upstream; once the response has begun it can only be cut. `body` has one byte a character,
   * `details` and `flags` are for the log.
   */
  reply(
    status: number,
    body: string,
    details: string,
    flags: number,
    field?: readonly [string, string],
    grpcStatus?: number,
  ): void
}

/** Whether the next filter may go on at once. After `stop` the filter has called `reply`, `proceedAfter` or `suspend`. */
type Verdict = 'continue' | 'stop'

/** One HTTP filter, compiled from its configuration and shared by all streams: what it keeps is not per stream. */
export interface Filter {
  readonly name: string
  /** The request head is complete and routed; it may be changed. */
  onRequest?(stream: FilterStream): Verdict
  /** The response head is complete (also of replies of our own); it may be changed. */
  onResponse?(exchange: Exchange, stream: FilterStream): void
}
