/** A bucket of a classic histogram: how many observations were at most `upTo`. */
export interface ClassicBucket {
  readonly upTo: number
  count: number
}

/** Relative differences below this come from floating point, not from the counters. Prometheus' figure. */
const SMALL_DIFFERENCE = 1e-12
const SMALLEST_NORMAL = 2.2250738585072014e-308

/** PromQL's `histogram_quantile` over the buckets of one histogram, in any order. */
export function bucketQuantile(q: number, given: readonly ClassicBucket[]): number {
  if (Number.isNaN(q)) return Number.NaN
  if (q < 0) return Number.NEGATIVE_INFINITY
  if (q > 1) return Number.POSITIVE_INFINITY
  const buckets = monotonic(merged(given))
  const last = buckets.at(-1)
  if (last?.upTo !== Number.POSITIVE_INFINITY || buckets.length < 2 || last.count === 0) return Number.NaN
  const rank = q * last.count
  const found = buckets.findIndex((bucket) => bucket.count >= rank)
  const index = found === -1 ? buckets.length - 1 : found
  if (index === buckets.length - 1) return buckets[buckets.length - 2]!.upTo
  const bucket = buckets[index]!
  if (index === 0 && bucket.upTo <= 0) return bucket.upTo
  const below = index === 0 ? { upTo: 0, count: 0 } : buckets[index - 1]!
  return below.upTo + (bucket.upTo - below.upTo) * ((rank - below.count) / (bucket.count - below.count))
}

/** PromQL's `histogram_fraction`: the part of the observations between `lower` and `upper`. */
export function bucketFraction(lower: number, upper: number, given: readonly ClassicBucket[]): number {
  const buckets = merged(given)
  const last = buckets.at(-1)
  if (last?.upTo !== Number.POSITIVE_INFINITY || last.count === 0) return Number.NaN
  if (Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN
  if (lower >= upper) return 0
  return (rankOf(upper, buckets) - rankOf(lower, buckets)) / last.count
}

/** How many observations are below `value`, interpolated inside its bucket. */
function rankOf(value: number, buckets: readonly ClassicBucket[]): number {
  const total = buckets.at(-1)!.count
  let from = buckets[0]!.upTo <= 0 ? Number.NEGATIVE_INFINITY : 0
  let rank = 0
  for (const { upTo, count } of buckets) {
    if (from >= value) return Math.min(rank, total)
    if (upTo > value) {
      // Nothing is known of where the observations are in a bucket without a lower bound.
      const inside =
        from === Number.NEGATIVE_INFINITY ? count : rank + ((count - rank) * (value - from)) / (upTo - from)
      return Math.min(inside, total)
    }
    rank = count
    from = upTo
  }
  return total
}

/** Sorted by bound; equal bounds (`1` and `1.0`) are one bucket. */
function merged(buckets: readonly ClassicBucket[]): ClassicBucket[] {
  const result: ClassicBucket[] = []
  for (const bucket of [...buckets].sort((a, b) => (a.upTo < b.upTo ? -1 : Number(a.upTo > b.upTo)))) {
    const last = result.at(-1)
    if (last?.upTo === bucket.upTo) last.count += bucket.count
    else result.push({ ...bucket })
  }
  return result
}

/** Buckets are scraped and summed one by one: a larger one may seem to hold less than a smaller one. */
function monotonic(buckets: ClassicBucket[]): ClassicBucket[] {
  let before = buckets[0]?.count ?? 0
  for (const bucket of buckets.slice(1)) {
    if (bucket.count < before || almostEqual(before, bucket.count)) bucket.count = before
    else if (!Number.isNaN(bucket.count)) before = bucket.count
  }
  return buckets
}

function almostEqual(a: number, b: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true
  const sum = Math.abs(a) + Math.abs(b)
  const difference = Math.abs(a - b)
  if (a === 0 || b === 0 || sum < SMALLEST_NORMAL) return difference < SMALL_DIFFERENCE * SMALLEST_NORMAL
  return difference / Math.min(sum, Number.MAX_VALUE) < SMALL_DIFFERENCE
}
