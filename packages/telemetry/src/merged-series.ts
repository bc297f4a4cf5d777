/**
 * One time series of the whole mesh: the sum over all proxies. The object stays the same while the series lives, so others
 * may key on it; `value` and `exemplar` change inside.
 */
export interface MergedSeries {
  /** As in Prometheus' text: histograms are their `_bucket` (with `le`), `_sum` and `_count`. */
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Never goes back. A series that was idle for long is forgotten, and begins as another object. */
  readonly value: number
  /** A recent observation that this series counted; of buckets alone. */
  readonly exemplar?: Exemplar | undefined
}

/** OpenMetrics: one example of what was counted, by the labels `trace_id` and at times `span_id`. */
export interface Exemplar {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** Since the epoch. */
  readonly atMs: number
}

/** Takes what all series are, once a second. */
export interface SeriesHistory {
  /** @param nowMs since the epoch */
  record(nowMs: number, series: Iterable<MergedSeries>): void
}
