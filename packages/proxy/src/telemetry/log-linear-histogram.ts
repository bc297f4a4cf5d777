/**
 * Counts of whole numbers (ms, or how many) in log-linear bins: two significant decimal digits, as Envoy's histograms have
 * them (libcircllhist), so that quantiles are exact to one per cent at any size and those of several workers can be added.
 *
 * Bins 0–99 are the numbers 0–99; then each power of ten has 90: 100–109, …, 990–999, 1000–1099, …
 */

/** Numbers that have a bin of their own. */
const EXACT = 100
/** Bins of each power of ten from there on. */
const PER_DECADE = 90
const DECADES = 8
/** Counted as this if larger: 115 days, if they are ms. */
const LARGEST = 10 ** (DECADES + 2) - 1
/** What a histogram takes from its first value on: few need more than those up to 1,000. */
const FIRST_BINS = EXACT + PER_DECADE

/** Counts by bin; those behind its end are 0. */
export type BinCounts = Float64Array

const NOTHING: BinCounts = new Float64Array(0)

export class LogLinearHistogram {
  #counts: BinCounts = NOTHING

  /** Owned by the histogram, and counted on. */
  get counts(): BinCounts {
    return this.#counts
  }

  /** What is behind the point is cut off; below 0 is 0. */
  record(value: number): void {
    const bin = value < EXACT ? Math.max(0, Math.floor(value)) : binOf(Math.min(value, LARGEST))
    if (bin >= this.#counts.length) this.#grow(bin)
    ;(this.#counts[bin] as number) += 1
  }

  /** By whole decades: at most eight times in its life. */
  #grow(bin: number): void {
    const decades = Math.max(0, Math.ceil((bin + 1 - FIRST_BINS) / PER_DECADE))
    const counts = new Float64Array(FIRST_BINS + decades * PER_DECADE)
    counts.set(this.#counts)
    this.#counts = counts
  }
}

/** @param value from 100 to `LARGEST` */
function binOf(value: number): number {
  let digits = Math.floor(value / 10)
  let decade = 0
  while (digits >= EXACT) {
    digits = Math.floor(digits / 10)
    decade += 1
  }
  return EXACT + decade * PER_DECADE + digits - 10
}

/** A bin holds what is at least `lower` and less than `lower + width`. */
export interface Bin {
  readonly lower: number
  /** As Envoy has them: of two digits also where whole numbers have but one (0.1), and none for 0. */
  readonly width: number
}

export function binAt(index: number): Bin {
  if (index === 0) return { lower: 0, width: 0 }
  if (index < 10) return { lower: index, width: 0.1 }
  if (index < EXACT) return { lower: index, width: 1 }
  const width = 10 ** (Math.floor((index - EXACT) / PER_DECADE) + 1)
  return { lower: (((index - EXACT) % PER_DECADE) + 10) * width, width }
}

export function addBins(one: BinCounts, other: BinCounts): BinCounts {
  const [long, short] = one.length >= other.length ? [one, other] : [other, one]
  const sum = long.slice()
  for (const [index, count] of short.entries()) (sum[index] as number) += count
  return sum
}

/** What was counted since `before`, which is an earlier state of the same. */
export function subtractBins(now: BinCounts, before: BinCounts): BinCounts {
  return now.map((count, index) => count - (before[index] ?? 0))
}
