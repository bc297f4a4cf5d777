import { type BinCounts, subtractBins } from './log-linear-histogram.ts'
import { type HistogramStat, statName } from './stat.ts'

const NOTHING: BinCounts = new Float64Array(0)

/** What histograms recorded in the last interval that is over, beside what they recorded in all (Envoy: stats_flush_interval). */
export class HistogramIntervals {
  #latched: ReadonlyMap<string, BinCounts> = new Map()
  #intervals: ReadonlyMap<string, BinCounts> = new Map()

  /** An interval ends, and the next one begins. */
  latch(all: readonly HistogramStat[]): void {
    const before = this.#latched
    const used = all.filter(({ bins }) => bins.length > 0)
    this.#latched = new Map(used.map((stat) => [statName(stat), stat.bins.slice()]))
    const recorded = [...this.#latched].map(
      ([name, bins]) => [name, subtractBins(bins, before.get(name) ?? NOTHING)] as const,
    )
    // Less than there was: whoever counted has begun anew.
    this.#intervals = new Map(recorded.filter(([, bins]) => bins.every((count) => count >= 0)))
  }

  of(stat: HistogramStat): BinCounts {
    return this.#intervals.get(statName(stat)) ?? NOTHING
  }
}
