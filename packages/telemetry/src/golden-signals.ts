import type { Increment } from './counter-merge.ts'
import { type Bucket, histogramQuantile } from './quantile.ts'
import type { Series } from './series.ts'

/** What one version of a service did lately, as seen by callers (`source`) or by itself (`destination`). */
export interface VersionSignals {
  readonly reporter: string
  /** Host of the destination service, as `myapp.default.svc.cluster.local`. */
  readonly service: string
  readonly version: string
  /** Part of the service's requests in the window that this version took, 0 to 1. */
  readonly share: number
  readonly requests: number
  readonly requestsPerSecond: number
  /** Part of the requests that failed: a 5xx status, or no response at all. 0 to 1. */
  readonly errorRate: number
  /** Milliseconds; null without observations. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

interface Tally {
  requests: number
  errors: number
  /** Observations by upper bound, cumulative as they come. */
  readonly buckets: Map<number, number>
}

interface Slot {
  readonly startMs: number
  readonly tallies: Map<string, Tally>
}

export interface SignalLimits {
  /** Length of one slot, milliseconds. */
  readonly slotMs: number
  /** How many slots are kept: the longest window is `slotMs * slots`. */
  readonly slots: number
  /** Most (reporter, service, version) triples in a slot; further ones are not counted. */
  readonly maxKeys: number
}

const DURATION_BUCKET = 'istio_request_duration_milliseconds_bucket'
const MAX_BOUNDS = 200

const DEFAULT_LIMITS: SignalLimits = { slotMs: 1_000, slots: 120, maxKeys: 5_000 }

/** Rates of the recent past, from the increments of `istio_requests_total` and `istio_request_duration_milliseconds`. */
export class GoldenSignals {
  readonly #limits: SignalLimits
  readonly #slots: Slot[] = []
  /** Every upper bound ever seen: a bucket that did not grow in a window is a bucket all the same. */
  readonly #bounds = new Set<number>()

  constructor(limits: SignalLimits = DEFAULT_LIMITS) {
    this.#limits = limits
  }

  /** Takes note of which buckets there are, and counts nothing. */
  learn(increments: readonly Increment[]): void {
    for (const { series } of increments) if (series.name === DURATION_BUCKET) this.#bound(series)
  }

  /** @param nowMs a time that never goes back. */
  record(nowMs: number, increments: readonly Increment[]): void {
    const slot = this.#slotAt(nowMs)
    for (const { series, by } of increments) {
      if (series.name === 'istio_requests_total') this.#count(slot, series, by)
      else if (series.name === DURATION_BUCKET) this.#observe(slot, series, by)
    }
  }

  /**
   * Signals over the last `windowMs` whole slots before `nowMs` (the running slot counts too), sorted by service,
   * reporter and version. Versions without a request in the window are left out.
   */
  query(nowMs: number, windowMs: number): readonly VersionSignals[] {
    const recent = this.#slots.filter((slot) => slot.startMs > nowMs - windowMs - this.#limits.slotMs)
    const sums = new Map<string, Tally>()
    for (const slot of recent) for (const [key, tally] of slot.tallies) addTally(tallyOf(sums, key), tally)
    const seconds = this.#spanMs(nowMs, windowMs, recent) / 1_000
    const totals = new Map<string, number>()
    for (const [key, tally] of sums) totals.set(groupOf(key), (totals.get(groupOf(key)) ?? 0) + tally.requests)
    const bounds = [...this.#bounds].sort((a, b) => a - b)
    return [...sums]
      .filter(([, tally]) => tally.requests > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, tally]) => signals(key, tally, bounds, { seconds, total: totals.get(groupOf(key)) ?? 0 }))
  }

  /** The time that the counts stand for: shorter than the window while there is no full window of history. */
  #spanMs(nowMs: number, windowMs: number, recent: readonly Slot[]): number {
    const { slotMs } = this.#limits
    const oldest = recent[0]?.startMs ?? nowMs
    return Math.max(slotMs, Math.min(windowMs + slotMs, nowMs - oldest))
  }

  #slotAt(nowMs: number): Slot {
    const startMs = Math.floor(nowMs / this.#limits.slotMs) * this.#limits.slotMs
    const newest = this.#slots.at(-1)
    if (newest?.startMs === startMs) return newest
    const slot: Slot = { startMs, tallies: new Map() }
    this.#slots.push(slot)
    if (this.#slots.length > this.#limits.slots) this.#slots.shift()
    return slot
  }

  #count(slot: Slot, series: Series, by: number): void {
    const tally = this.#room(slot, series)
    if (tally === undefined) return
    tally.requests += by
    if (isFailure(series.labels.get('response_code') ?? '')) tally.errors += by
  }

  #observe(slot: Slot, series: Series, by: number): void {
    const upTo = this.#bound(series)
    const tally = this.#room(slot, series)
    if (tally !== undefined && upTo !== undefined) tally.buckets.set(upTo, (tally.buckets.get(upTo) ?? 0) + by)
  }

  #bound(series: Series): number | undefined {
    const text = series.labels.get('le') ?? ''
    const upTo = text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text)
    if (Number.isNaN(upTo) || (!this.#bounds.has(upTo) && this.#bounds.size >= MAX_BOUNDS)) return undefined
    this.#bounds.add(upTo)
    return upTo
  }

  #room(slot: Slot, series: Series): Tally | undefined {
    const key = keyOf(series)
    if (!slot.tallies.has(key) && slot.tallies.size >= this.#limits.maxKeys) return undefined
    return tallyOf(slot.tallies, key)
  }
}

/** Istio writes 0 where there was no response. */
function isFailure(responseCode: string): boolean {
  return responseCode === '0' || responseCode.startsWith('5')
}

/** Parts can't hold the separator: label values are host names and versions, and a newline would be escaped. */
const SEPARATOR = '\n'

function keyOf(series: Series): string {
  const label = (name: string) => series.labels.get(name) ?? 'unknown'
  return [label('destination_service'), label('reporter'), label('destination_version')].join(SEPARATOR)
}

function groupOf(key: string): string {
  return key.slice(0, key.lastIndexOf(SEPARATOR))
}

function tallyOf(tallies: Map<string, Tally>, key: string): Tally {
  const known = tallies.get(key)
  if (known !== undefined) return known
  const tally: Tally = { requests: 0, errors: 0, buckets: new Map() }
  tallies.set(key, tally)
  return tally
}

function addTally(sum: Tally, part: Tally): void {
  sum.requests += part.requests
  sum.errors += part.errors
  for (const [upTo, count] of part.buckets) sum.buckets.set(upTo, (sum.buckets.get(upTo) ?? 0) + count)
}

function signals(
  key: string,
  tally: Tally,
  bounds: readonly number[],
  of: { readonly seconds: number; readonly total: number },
): VersionSignals {
  const [service = '', reporter = '', version = ''] = key.split(SEPARATOR)
  const buckets = cumulative(tally.buckets, bounds)
  return {
    reporter,
    service,
    version,
    share: tally.requests / of.total,
    requests: tally.requests,
    requestsPerSecond: tally.requests / of.seconds,
    errorRate: tally.errors / tally.requests,
    p50Ms: histogramQuantile(0.5, buckets) ?? null,
    p99Ms: histogramQuantile(0.99, buckets) ?? null,
  }
}

/** Scrapes of several proxies make up a window, so a smaller bucket may be ahead of a larger one for a moment. */
function cumulative(counts: ReadonlyMap<number, number>, bounds: readonly number[]): readonly Bucket[] {
  let least = 0
  return bounds.map((upTo) => {
    least = Math.max(least, counts.get(upTo) ?? 0)
    return { upTo, count: least }
  })
}
