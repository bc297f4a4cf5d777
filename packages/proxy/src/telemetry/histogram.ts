/** Upper bounds of Envoy's default buckets, which Istio's metrics have too. Milliseconds or bytes. */
export const BUCKET_BOUNDS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
]

/** What a histogram has counted. */
export interface HistogramCounts {
  /** By bucket; what is above the last bound has a bucket of its own. */
  readonly counts: Float64Array
  readonly sum: number
  /** The same by base's native buckets; undefined where nobody asks for that. */
  readonly native?: Float64Array | undefined
}

/** Counts of values by bucket; what is above the last bound has a bucket of its own. */
export class Histogram implements HistogramCounts {
  readonly counts = new Float64Array(BUCKET_BOUNDS.length + 1)
  readonly native: Float64Array | undefined
  sum = 0

  observe(value: number): void {
    let bucket = 0
    while (bucket < BUCKET_BOUNDS.length && value > (BUCKET_BOUNDS[bucket] as number)) bucket += 1
    ;(this.counts[bucket] as number) += 1
    this.sum += value
  }
}
