import type { Random } from '@mizzen/base'
import type { Exchange } from '../http/exchange.ts'
import type { MatchedRoute } from '../route/route-table.ts'

/** What a filter sees of a stream, and may do with it. */
export interface FilterStream {
  readonly exchange: Exchange
  /** null if no route matched. */
  readonly route: MatchedRoute | null
  readonly random: Random
  /** Goes on with the next filter after `ms`; only for a filter that returned `stop`. */
  proceedAfter(ms: number): void
  /** Answers in place of the upstream. `details` and `flags` are for the log. */
  reply(status: number, body: string, details: string, flags: number): void
}

/** Whether the next filter may go on at once. After `stop` the filter has called `reply` or `proceedAfter`. */
type Verdict = 'continue' | 'stop'

/** One HTTP filter, compiled from its configuration and shared by all streams: what it keeps is not per stream. */
export interface Filter {
  readonly name: string
  /** The request head is complete and routed; it may be changed. */
  onRequest?(stream: FilterStream): Verdict
  /** The response head is complete (also of replies of our own); it may be changed. */
  onResponse?(exchange: Exchange): void
}
