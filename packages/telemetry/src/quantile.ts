/** A histogram bucket: how many observations were at most `upTo` (cumulative, as Prometheus counts). */
export interface Bucket {
  /** Upper bound; +Infinity for the last. */
  readonly upTo: number
  readonly count: number
}

/**
 * The value below which the share `q` (0 to 1) of all observations lies, interpolated linearly inside its bucket, as
 * PromQL's `histogram_quantile` does: the last finite bound for what lies beyond it, undefined without observations.
 * `buckets` are sorted by `upTo`.
 */
export function histogramQuantile(q: number, buckets: readonly Bucket[]): number | undefined {
  const total = buckets.at(-1)?.count ?? 0
  if (total <= 0) return undefined
  const rank = q * total
  const index = buckets.findIndex((bucket) => bucket.count >= rank)
  const bucket = buckets[index]
  if (bucket === undefined) return undefined
  const from = buckets[index - 1]
  if (bucket.upTo === Number.POSITIVE_INFINITY) return from?.upTo
  const low = from?.upTo ?? 0
  const inside = bucket.count - (from?.count ?? 0)
  return inside <= 0 ? bucket.upTo : low + (bucket.upTo - low) * ((rank - (from?.count ?? 0)) / inside)
}
