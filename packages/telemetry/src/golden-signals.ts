import { histogramQuantile } from './quantile.ts'
import { type Grown, nothingGrown, type Tally } from './tally.ts'
import { LATENCY_BOUNDS_MS } from './traffic-totals.ts'

/** What was done over a window. */
export interface Signals {
  readonly requests: number
  readonly requestsPerSecond: number
  /** Part of the requests that failed: a server error, or no response at all. 0 to 1. */
  readonly errorRate: number
  /** Tries of an upstream that the requests took; 0 where nobody tells. */
  readonly attempts: number
  /** Milliseconds; null without observations. */
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

/** What one version of a service did lately, as seen by callers (`source`) or by itself (`destination`). */
export interface VersionSignals extends Signals {
  readonly reporter: string
  /** Host of the destination service, as `myapp.default.svc.cluster.local`. */
  readonly service: string
  readonly version: string
  /** Part of the service's requests in the window that this version took, 0 to 1. */
  readonly share: number
}

/** One workload by one route (callers), or by all (`route` ''). */
export interface TrafficSignals extends Signals {
  readonly reporter: string
  readonly service: string
  readonly namespace: string
  readonly workload: string
  readonly version: string
  readonly route: string
}

export interface Window {
  /** Monotonic. */
  readonly nowMs: number
  readonly windowMs: number
  /** Length of a tally's slices. */
  readonly sliceMs: number
}

/** Signals of each tally that had requests in the window, sorted by service, reporter, version, route. */
export function trafficSignals(tallies: Iterable<Tally>, window: Window): readonly TrafficSignals[] {
  const grown = grownIn(tallies, window, (tally) => tally)
  return [...grown.sums]
    .map(([tally, sum]) => {
      const { reporter, service, namespace, workload, version, route } = tally
      return { reporter, service, namespace, workload, version, route, ...signalsOf(sum, grown.seconds) }
    })
    .sort(byNames)
}

/** Signals per version, whatever the workloads and routes; sorted by service, reporter and version. */
export function versionSignals(tallies: Iterable<Tally>, window: Window): readonly VersionSignals[] {
  const whole = [...tallies].filter(({ route }) => route === '')
  const grown = grownIn(whole, window, ({ service, reporter, version }) => [service, reporter, version].join('\n'))
  const totals = new Map<string, number>()
  for (const [key, sum] of grown.sums) totals.set(groupOf(key), (totals.get(groupOf(key)) ?? 0) + sum.requests)
  return [...grown.sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, sum]) => {
      const [service = '', reporter = '', version = ''] = key.split('\n')
      const share = sum.requests / (totals.get(groupOf(key)) ?? sum.requests)
      return { reporter, service, version, share, ...signalsOf(sum, grown.seconds) }
    })
}

function groupOf(key: string): string {
  return key.slice(0, key.lastIndexOf('\n'))
}

/** Sums by key, of those that had requests; and the time that they stand for: less than the window while there is less of the past. */
function grownIn<Key>(tallies: Iterable<Tally>, window: Window, keyOf: (tally: Tally) => Key) {
  const { nowMs, windowMs, sliceMs } = window
  const sums = new Map<Key, Grown>()
  let first = nowMs
  for (const tally of tallies) {
    const key = keyOf(tally)
    const sum = sums.get(key) ?? nothingGrown()
    const from = tally.addSince(nowMs - windowMs, sum)
    if (from === undefined) continue
    first = Math.min(first, from - sliceMs)
    if (sum.requests > 0) sums.set(key, sum)
  }
  return { sums, seconds: Math.max(sliceMs, Math.min(windowMs, nowMs - first)) / 1_000 }
}

function signalsOf({ requests, failures, attempts, latency }: Grown, seconds: number): Signals {
  let count = 0
  const buckets = [...latency].map((counted, index) => {
    count += counted
    return { upTo: LATENCY_BOUNDS_MS[index] ?? Number.POSITIVE_INFINITY, count }
  })
  const quantile = (q: number) => histogramQuantile(q, buckets) ?? null
  return {
    ...{ requests, requestsPerSecond: requests / seconds, errorRate: failures / requests, attempts },
    ...{ p50Ms: quantile(0.5), p95Ms: quantile(0.95), p99Ms: quantile(0.99) },
  }
}

function byNames(a: TrafficSignals, b: TrafficSignals): number {
  const key = ({ service, reporter, version, workload, route }: TrafficSignals) =>
    [service, reporter, version, workload, route].join('\n')
  return key(a) < key(b) ? -1 : 1
}
