/**
 * Buckets of Prometheus' native histograms at schema 2: each bound is the one before times the fourth root of 2, so that
 * neighbours differ by a fifth. Classic buckets (100 to 250 ms) hide what these show.
 * prometheus.io: docs/specs/native_histograms
 */

export const NATIVE_SCHEMA = 2
const PER_DOUBLING = 2 ** NATIVE_SCHEMA
/** Index of the first bucket, which also has what is below it: values up to 1/4. */
const FIRST = -2 * PER_DOUBLING
/** Index of the last one, which also has what is above it: 2^17 (ms: two minutes). */
const LAST = 17 * PER_DOUBLING

/** How many there are. */
export const NATIVE_BUCKETS = LAST - FIRST + 1
/** Upper bounds of all but the last one, which has none. */
export const NATIVE_BOUNDS: readonly number[] = Array.from(
  { length: NATIVE_BUCKETS - 1 },
  (_, position) => 2 ** ((position + FIRST) / PER_DOUBLING),
)

/** Where a value is counted, from 0. */
export function nativeBucket(value: number): number {
  if (!(value > 0)) return 0
  return nativePosition(Math.ceil(Math.log2(value) * PER_DOUBLING))
}

/** Where a bucket is that the specification numbers so: its bound is 2^(index/4). */
export function nativePosition(index: number): number {
  return Math.min(LAST, Math.max(FIRST, index)) - FIRST
}

/** The specification's number of the bucket at a position. */
export function nativeIndex(position: number): number {
  return position + FIRST
}
