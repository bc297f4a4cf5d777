import { type Canary, objectKey } from '@mizzen/api'
import type { Increment, Series } from '@mizzen/telemetry'
import type { ChannelSample, Sample, Side, Traffic } from '../judge/sample.ts'
import type { Scene } from './observe.ts'
import type { SampleSource } from './rollout.ts'
import type { Selected } from './versions.ts'

/** Workloads that are counted; further ones are left out. */
const MOST_WORKLOADS = 2_000
const SIDES: Readonly<Record<string, Side>> = { source: 'caller', destination: 'server' }

/** Everything since the beginning of one workload, as one side sees it. */
interface Totals {
  requests: number
  failures: number
  /** By upper bound in ms, cumulative as Prometheus has them. */
  readonly buckets: Map<number, number>
}

/** Makes samples of what the proxies count: `istio_requests_total` and `istio_request_duration_milliseconds`. */
export class IncrementSamples implements SampleSource {
  readonly #totals = new Map<string, Totals>()
  readonly #bounds = new Set<number>()
  /** What each rollout has been told already. */
  readonly #told = new Map<
    string,
    { readonly at: number; readonly scrapes: number; readonly totals: Map<string, Totals> }
  >()
  readonly #now: () => number
  #scrapes = 0

  /** @param now ms since the epoch */
  constructor(now: () => number) {
    this.#now = now
  }

  add(increments: readonly Increment[]): void {
    this.#scrapes += 1
    for (const { series, by } of increments) {
      if (series.name === 'istio_requests_total') this.#count(series, by)
      else if (series.name === 'istio_request_duration_milliseconds_bucket') this.#observe(series, by)
    }
  }

  /** Null while no proxy has told anything since the last call. */
  take(canary: Canary, { stable, canary: tried }: Scene): Sample | null {
    const key = objectKey(canary)
    const last = this.#told.get(key)
    if (stable === undefined || tried === undefined || last?.scrapes === this.#scrapes) return null
    const at = this.#now()
    const totals = new Map<string, Totals>()
    const boundsMs = [...this.#bounds].filter(Number.isFinite).sort((a, b) => a - b)
    const channels = Object.entries(SIDES).map(([reporter, side]): ChannelSample => {
      const traffic = (version: Selected) => {
        const name = keyOf(reporter, version.namespace, version.deployment?.metadata.name ?? '')
        const now = copy(this.#totals.get(name))
        totals.set(name, now)
        return difference(now, last?.totals.get(name) ?? now, boundsMs)
      }
      return { side, route: '', canary: traffic(tried), stable: traffic(stable) }
    })
    this.#told.set(key, { at, scrapes: this.#scrapes, totals })
    if (last === undefined) return null
    return { atMs: at, forMs: Math.max(1, at - last.at), boundsMs, channels }
  }

  #count(series: Series, by: number): void {
    const totals = this.#totalsOf(series)
    if (totals === undefined) return
    totals.requests += by
    if (isFailure(series)) totals.failures += by
  }

  #observe(series: Series, by: number): void {
    const text = series.labels.get('le') ?? ''
    const bound = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text)
    const totals = this.#totalsOf(series)
    if (totals === undefined || Number.isNaN(bound)) return
    this.#bounds.add(bound)
    totals.buckets.set(bound, (totals.buckets.get(bound) ?? 0) + by)
  }

  #totalsOf({ labels }: Series): Totals | undefined {
    const namespace = labels.get('destination_workload_namespace') ?? ''
    const key = keyOf(labels.get('reporter') ?? '', namespace, labels.get('destination_workload') ?? '')
    const known = this.#totals.get(key)
    if (known !== undefined || this.#totals.size >= MOST_WORKLOADS) return known
    const totals: Totals = { requests: 0, failures: 0, buckets: new Map() }
    this.#totals.set(key, totals)
    return totals
  }
}

function keyOf(reporter: string, namespace: string, workload: string): string {
  return `${reporter}/${namespace}/${workload}`
}

/** gRPC statuses that are the server's fault: UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE, DATA_LOSS. */
const FAILED_GRPC = ['2', '4', '13', '14', '15']

/** Istio writes 0 where there was no response. */
function isFailure({ labels }: Series): boolean {
  const status = labels.get('response_code') ?? ''
  return status === '0' || status.startsWith('5') || FAILED_GRPC.includes(labels.get('grpc_response_status') ?? '')
}

function copy(totals: Totals | undefined): Totals {
  return { requests: totals?.requests ?? 0, failures: totals?.failures ?? 0, buckets: new Map(totals?.buckets) }
}

function difference(now: Totals, before: Totals, boundsMs: readonly number[]): Traffic {
  const upTo = [...boundsMs, Number.POSITIVE_INFINITY].map(
    (bound) => (now.buckets.get(bound) ?? 0) - (before.buckets.get(bound) ?? 0),
  )
  const latency = upTo.map((value, index) => Math.max(0, value - (upTo[index - 1] ?? 0)))
  return { requests: now.requests - before.requests, failures: now.failures - before.failures, latency }
}
