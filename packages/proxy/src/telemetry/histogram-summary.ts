import { BUCKET_BOUNDS } from './histogram.ts'
import { type BinCounts, binAt } from './log-linear-histogram.ts'

/** What is told of a histogram's bins, computed as Envoy does (libcircllhist), which knows no more of its values either. */

/** Those that Envoy shows. */
export const QUANTILES: readonly number[] = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1]

export function countOf(bins: BinCounts): number {
  return bins.reduce((sum, count) => sum + count, 0)
}

/** The values of a bin stand for its harmonic middle, which errs least relative to them. */
export function sumOf(bins: BinCounts): number {
  return bins.reduce((sum, count, index) => {
    const { lower, width } = binAt(index)
    return lower === 0 ? sum : sum + (count * 2 * lower * (lower + width)) / (2 * lower + width)
  }, 0)
}

/** The values of `QUANTILES`; null = there is none. The values of a bin are taken to be spread evenly over it. */
export function quantilesOf(bins: BinCounts): readonly (number | null)[] {
  const total = countOf(bins)
  if (total === 0) return QUANTILES.map(() => null)
  return QUANTILES.map((quantile) => valueAt(bins, Math.max(1, Math.ceil(quantile * total))))
}

/** @param rank counts from 1; at most the number of values */
function valueAt(bins: BinCounts, rank: number): number {
  let below = 0
  let index = 0
  while (below + (bins[index] as number) < rank) {
    below += bins[index] as number
    index += 1
  }
  const { lower, width } = binAt(index)
  return lower + (width * (rank - below)) / ((bins[index] as number) + 1)
}

/** How many values are in the bins that begin at or below each of Envoy's default bounds. */
export function cumulativeBuckets(bins: BinCounts): readonly number[] {
  let index = 0
  let count = 0
  return BUCKET_BOUNDS.map((bound) => {
    while (index < bins.length && binAt(index).lower <= bound) {
      count += bins[index] as number
      index += 1
    }
    return count
  })
}

/** As `cumulativeBuckets`, without those of the bounds before. */
export function disjointBuckets(bins: BinCounts): readonly number[] {
  const cumulative = cumulativeBuckets(bins)
  return cumulative.map((count, index) => count - (cumulative[index - 1] ?? 0))
}
