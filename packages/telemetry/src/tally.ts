import { NATIVE_BUCKETS } from '@mizzen/base'
import { LATENCY_BOUNDS_MS, type TrafficTotals } from './traffic-totals.ts'

/** Whose requests are counted together. */
export type TallyKey = Pick<TrafficTotals, 'reporter' | 'service' | 'namespace' | 'workload' | 'version' | 'route'>

const BUCKETS = LATENCY_BOUNDS_MS.length + 1
/** Requests, failures, attempts, then the buckets. */
const FIELDS = 3 + BUCKETS

interface Slice {
  readonly atMs: number
  readonly grown: Float32Array
}

/** What a tally grew by over a time. */
export interface Grown {
  requests: number
  failures: number
  attempts: number
  /** As `TrafficTotals.latency`. */
  readonly latency: Float64Array
}

/** `TrafficTotals` that remember by how much they grew lately, in slices of the calls of `slice`. */
export class Tally implements TrafficTotals {
  readonly reporter: TrafficTotals['reporter']
  readonly service: string
  readonly namespace: string
  readonly workload: string
  readonly version: string
  readonly route: string
  requests = 0
  failures = 0
  attempts = 0
  readonly latency = new Float64Array(BUCKETS)
  readonly native = new Float64Array(NATIVE_BUCKETS)
  /** Set by whoever counts something. */
  changed = false
  /** Monotonic. */
  lastChangeMs = 0
  readonly #sliced = new Float64Array(FIELDS)
  #slices: Slice[] = []

  constructor(key: TallyKey) {
    this.reporter = key.reporter
    this.service = key.service
    this.namespace = key.namespace
    this.workload = key.workload
    this.version = key.version
    this.route = key.route
  }

  /** Closes the running slice. @param keepMs how long slices are of use */
  slice(nowMs: number, keepMs: number): void {
    if (this.changed) {
      this.changed = false
      this.lastChangeMs = nowMs
      this.#slices.push({ atMs: nowMs, grown: this.#cut() })
    }
    const oldest = this.#slices[0]
    if (oldest !== undefined && oldest.atMs < nowMs - keepMs) {
      this.#slices = this.#slices.filter(({ atMs }) => atMs >= nowMs - keepMs)
    }
  }

  /** Adds what was sliced after `sinceMs` to `sum`; returns the end of the first of these slices. */
  addSince(sinceMs: number, sum: Grown): number | undefined {
    const recent = this.#slices.filter(({ atMs }) => atMs > sinceMs)
    for (const { grown } of recent) {
      sum.requests += grown[0] as number
      sum.failures += grown[1] as number
      sum.attempts += grown[2] as number
      for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
        sum.latency[bucket] = (sum.latency[bucket] as number) + (grown[3 + bucket] as number)
      }
    }
    return recent[0]?.atMs
  }

  #cut(): Float32Array {
    const grown = new Float32Array(FIELDS)
    const cut = (field: number, value: number) => {
      grown[field] = value - (this.#sliced[field] as number)
      this.#sliced[field] = value
    }
    cut(0, this.requests)
    cut(1, this.failures)
    cut(2, this.attempts)
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) cut(3 + bucket, this.latency[bucket] as number)
    return grown
  }
}

export function nothingGrown(): Grown {
  return { requests: 0, failures: 0, attempts: 0, latency: new Float64Array(BUCKETS) }
}
