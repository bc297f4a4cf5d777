/** What a load client did. */
export interface LoadResult {
  /** Requests, messages or connections that were answered. */
  readonly count: number
  readonly seconds: number
  /** Latency, milliseconds; undefined where the client does not tell. */
  readonly p50Ms?: number
  readonly p99Ms?: number
}
