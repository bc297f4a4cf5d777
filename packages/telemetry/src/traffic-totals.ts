/**
 * All that one workload was asked since this process began to count, as one side saw it: of one route, or (`route` '') of
 * all. The object stays the same while it lives and its numbers grow, so a reader takes the differences of two looks.
 */
export interface TrafficTotals {
  readonly reporter: 'source' | 'destination'
  /** Host of the service that was called. */
  readonly service: string
  readonly namespace: string
  readonly workload: string
  readonly version: string
  /**
   * Name of the route that chose the workload: `http[].name` of a VirtualService, or what translation calls it; '' = all
   * together. Servers' proxies tell the routes that a rollout judges, as far as they can.
   */
  readonly route: string
  readonly requests: number
  /** A server error, a gRPC status that means one, or no response. */
  readonly failures: number
  /** Tries that these requests took: more than `requests` where some were retried; 0 where nobody tells (`route` ''). */
  readonly attempts: number
  /** Requests by duration, as many as `LATENCY_BOUNDS_MS` and one more: not cumulative. */
  readonly latency: Float64Array
  /** The same in base's native buckets, of proxies that tell so: `latency` may count more. */
  readonly native: Float64Array
}

/** Upper bounds of the buckets of Istio's histograms, milliseconds. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
]

/** Which totals are wanted; what is left out does not matter. */
export interface TrafficQuery {
  readonly service?: string
  readonly namespace?: string
  readonly workload?: string
}
