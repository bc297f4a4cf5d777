import type { Labels } from './label-set.ts'
import { MergedCounter, type MergedEntry, MergedHistogram } from './merged-entry.ts'
import { tallyRole } from './tally-role.ts'
import type { TrafficTable } from './traffic-table.ts'

export interface MergeLimits {
  /** Most series (lines of `/metrics`) over all proxies; further ones are dropped and counted. */
  readonly maxSeries: number
  /** Series without growth for so long are forgotten, ms. */
  readonly idleMs: number
}

const DEFAULT_LIMITS: MergeLimits = { maxSeries: 100_000, idleMs: 3_600_000 }
/** Lines of a histogram with Istio's buckets. */
const HISTOGRAM_SERIES = 22

/**
 * The counters and histograms of the whole mesh, by name and labels: sums over all proxies.
 *
 * Invariant: what is in here never goes back.
 */
export class MergeTable {
  readonly #limits: MergeLimits
  readonly #traffic: TrafficTable
  readonly #counters = new Map<string, MergedCounter>()
  readonly #histograms = new Map<string, MergedHistogram>()
  #dropped = 0

  constructor(traffic: TrafficTable, limits: MergeLimits = DEFAULT_LIMITS) {
    this.#traffic = traffic
    this.#limits = limits
  }

  /** Samples that were left out because there was no room for their series. */
  get dropped(): number {
    return this.#dropped
  }

  get size(): number {
    return this.#counters.size + this.#histograms.size * HISTOGRAM_SERIES
  }

  /** Undefined if there is no room. @param nowMs monotonic */
  counter(name: string, labels: Labels, nowMs: number): MergedCounter | undefined {
    const key = keyOf(name, labels)
    const known = this.#counters.get(key)
    if (known !== undefined || !this.#hasRoom(1)) return known
    const made = new MergedCounter(name, labels, tallyRole(this.#traffic, name, labels), nowMs)
    this.#counters.set(key, made)
    return made
  }

  /** As `counter`. @param name of the family, without suffix */
  histogram(name: string, labels: Labels, nowMs: number): MergedHistogram | undefined {
    const key = keyOf(name, labels)
    const known = this.#histograms.get(key)
    if (known !== undefined || !this.#hasRoom(HISTOGRAM_SERIES)) return known
    const made = new MergedHistogram(name, labels, tallyRole(this.#traffic, name, labels), nowMs)
    this.#histograms.set(key, made)
    return made
  }

  /** Grouped by family, families in order of their names; buckets in order of their bounds. */
  *series(): Generator<MergedEntry> {
    const counters = Map.groupBy(this.#counters.values(), ({ entry }) => entry.name)
    const histograms = Map.groupBy(this.#histograms.values(), ({ name }) => name)
    for (const family of [...counters.keys(), ...histograms.keys()].sort()) {
      for (const { entry } of counters.get(family) ?? []) yield entry
      for (const histogram of histograms.get(family) ?? []) yield* histogram.series()
    }
  }

  /** What the families are. */
  types(): ReadonlyMap<string, 'counter' | 'histogram'> {
    const types = new Map<string, 'counter' | 'histogram'>()
    for (const { entry } of this.#counters.values()) types.set(entry.name, 'counter')
    for (const { name } of this.#histograms.values()) types.set(name, 'histogram')
    return types
  }

  /** Forgets what is idle. @param nowMs monotonic */
  expire(nowMs: number): void {
    const before = nowMs - this.#limits.idleMs
    for (const all of [this.#counters, this.#histograms] as Map<string, MergedCounter | MergedHistogram>[]) {
      for (const [key, series] of all) {
        if (series.grownAtMs >= before) continue
        series.forgotten = true
        all.delete(key)
      }
    }
  }

  #hasRoom(lines: number): boolean {
    if (this.size + lines <= this.#limits.maxSeries) return true
    this.#dropped += 1
    return false
  }
}

/** The same whatever the order of the labels. */
function keyOf(name: string, labels: Labels): string {
  let key = name
  for (const label of Object.keys(labels).sort()) key += `\n${label}\n${labels[label]}`
  return key
}
