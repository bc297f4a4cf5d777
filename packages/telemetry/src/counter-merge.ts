import { type Exposition, familyOf, type MetricType } from './exposition.ts'
import type { Series } from './series.ts'

/** By how much a counter of one proxy went up since the scrape before; 0 only when the proxy has it for the first time. */
export interface Increment {
  readonly series: Series
  readonly by: number
}

export interface MergeLimits {
  /** Most series over all proxies; further ones are dropped and counted. */
  readonly maxSeries: number
  /** Most proxies whose last values are remembered; the one scraped longest ago goes first. */
  readonly maxProxies: number
}

const DEFAULT_LIMITS: MergeLimits = { maxSeries: 50_000, maxProxies: 2_000 }

/**
 * Sums the counters and histograms of many proxies, series by series.
 *
 * Invariant: a total never goes back. A proxy adds what its counter grew by since its last scrape; a value below the
 * last one means that the proxy restarted and counts from zero again. A proxy that went away leaves what it added, and
 * its last values are kept, so that one that was only out of reach is not counted twice when it is back.
 */
export class CounterMerge {
  readonly #limits: MergeLimits
  readonly #totals = new Map<string, { series: Series; value: number }>()
  readonly #types = new Map<string, MetricType>()
  /** Last value by series key, by proxy; least recently scraped first. */
  readonly #last = new Map<string, Map<string, number>>()
  #droppedSamples = 0

  constructor(limits: MergeLimits = DEFAULT_LIMITS) {
    this.#limits = limits
  }

  /** Samples that were left out because there were `maxSeries` series. */
  get droppedSamples(): number {
    return this.#droppedSamples
  }

  /**
   * Takes in a scrape of `proxy`. `first` tells that there was none before: its increments are then totals of an
   * unknown time, good for sums and useless for rates.
   */
  add(proxy: string, scrape: Exposition): { readonly first: boolean; readonly increments: readonly Increment[] } {
    for (const [family, type] of scrape.types) this.#types.set(family, type)
    const before = this.#last.get(proxy)
    const last = before ?? new Map<string, number>()
    const increments: Increment[] = []
    for (const { series, value } of scrape.samples) {
      const by = this.#isCumulative(series) ? grown(last.get(series.key), value) : undefined
      if (by === undefined || !this.#sum(series, by)) continue
      if (by > 0 || !last.has(series.key)) increments.push({ series, by })
      last.set(series.key, value)
    }
    this.#remember(proxy, last)
    return { first: before === undefined, increments }
  }

  /** The sums, sorted by metric name, then in order of first appearance. */
  totals(): readonly { readonly series: Series; readonly value: number }[] {
    return [...this.#totals.values()].sort((a, b) => compare(this.#family(a.series), this.#family(b.series)))
  }

  /** Declared types of the families in `totals`. */
  types(): ReadonlyMap<string, MetricType> {
    return this.#types
  }

  #family(series: Series): string {
    return familyOf(series.name, this.#types)
  }

  #isCumulative(series: Series): boolean {
    const type = this.#types.get(this.#family(series))
    return type === 'counter' || type === 'histogram'
  }

  /** False if there is no room for a new series. */
  #sum(series: Series, by: number): boolean {
    const total = this.#totals.get(series.key)
    if (total !== undefined) {
      total.value += by
      return true
    }
    if (this.#totals.size >= this.#limits.maxSeries) {
      this.#droppedSamples += 1
      return false
    }
    this.#totals.set(series.key, { series, value: by })
    return true
  }

  #remember(proxy: string, last: Map<string, number>): void {
    this.#last.delete(proxy)
    this.#last.set(proxy, last)
    const oldest = this.#last.keys().next().value
    if (this.#last.size > this.#limits.maxProxies && oldest !== undefined) this.#last.delete(oldest)
  }
}

/** Undefined for what no counter says: NaN, infinite or negative values. */
function grown(before: number | undefined, now: number): number | undefined {
  if (!Number.isFinite(now) || now < 0) return undefined
  return before === undefined || now < before ? now : now - before
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
