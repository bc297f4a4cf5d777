import { BUCKET_BOUNDS } from './histogram.ts'
import { countOf, cumulativeBuckets, disjointBuckets, QUANTILES, quantilesOf, sumOf } from './histogram-summary.ts'
import { type BinCounts, binAt } from './log-linear-histogram.ts'
import { formatBuckets, formatQuantiles } from './prometheus-text.ts'
import { type HistogramStat, statName } from './stat.ts'

/** A histogram as it is shown. */
export interface HistogramView extends HistogramStat {
  /** What was recorded in the last interval that is over. */
  readonly interval: BinCounts
}

/** Envoy's `histogram_buckets`: what is told of a histogram. */
export type HistogramMode = 'summary' | 'cumulative' | 'disjoint' | 'detailed'

const BUCKETS = { cumulative: cumulativeBuckets, disjoint: disjointBuckets } as const
/** As Envoy prints them. */
const PERCENTS = QUANTILES.map((quantile) => Math.round(quantile * 1000) / 10)
const BOUND_NAMES = BUCKET_BOUNDS.map((bound) => (bound < 1e6 ? String(bound) : `${bound / 1e6}e+06`))

/** A line for each, sorted by name: `name: P0(interval,total) P25(…) …`. */
export function renderHistogramsText(histograms: readonly HistogramView[], mode: HistogramMode): string {
  return sorted(histograms)
    .map((one) => (countOf(one.bins) === 0 ? `${statName(one)}: No recorded values\n` : textOf(one, mode)))
    .join('')
}

function textOf(one: HistogramView, mode: HistogramMode): string {
  if (mode === 'summary') return `${statName(one)}: ${summaryText(one)}\n`
  if (mode !== 'detailed') return `${statName(one)}: ${bucketsText(one, BUCKETS[mode])}\n`
  const bins = (counts: BinCounts) =>
    recorded(counts).map(({ lower_bound, width, count }) => `${lower_bound},${width}:${count}`)
  const details = [
    `totals=${bins(one.bins).join(', ')}`,
    `intervals=${bins(one.interval).join(', ')}`,
    `summary=${summaryText(one)}`,
  ]
  return `${statName(one)}:\n${details.map((line) => `  ${line}\n`).join('')}`
}

function summaryText({ bins, interval }: HistogramView): string {
  const [total, recent] = [quantilesOf(bins), quantilesOf(interval)]
  return PERCENTS.map((percent, index) => `P${percent}(${recent[index] ?? 'nan'},${total[index] ?? 'nan'})`).join(' ')
}

function bucketsText({ bins, interval }: HistogramView, buckets: typeof cumulativeBuckets): string {
  const [total, recent] = [buckets(bins), buckets(interval)]
  return BOUND_NAMES.map((bound, index) => `B${bound}(${recent[index]},${total[index]})`).join(' ')
}

/** What Envoy's `stats` has behind all counters and gauges; null if there are no histograms. */
export function histogramsJson(histograms: readonly HistogramView[], mode: HistogramMode): object | null {
  if (histograms.length === 0) return null
  const all = sorted(histograms)
  if (mode === 'summary') {
    const computed = all.map((one) => ({ name: statName(one), values: quantilesJson(one) }))
    return { histograms: { supported_quantiles: PERCENTS, computed_quantiles: computed } }
  }
  if (mode === 'detailed') {
    return { histograms: { supported_percentiles: PERCENTS, details: all.map(detailsJson) } }
  }
  return { histograms: all.map((one) => ({ name: statName(one), buckets: bucketsJson(one, BUCKETS[mode]) })) }
}

function quantilesJson({ bins, interval }: HistogramView): readonly object[] {
  const [total, recent] = [quantilesOf(bins), quantilesOf(interval)]
  return total.map((cumulative, index) => ({ cumulative, interval: recent[index] }))
}

function detailsJson(one: HistogramView): object {
  const [totals, intervals] = [recorded(one.bins), recorded(one.interval)]
  return { name: statName(one), totals, intervals, percentiles: quantilesJson(one) }
}

function bucketsJson({ bins, interval }: HistogramView, buckets: typeof cumulativeBuckets): readonly object[] {
  const [total, recent] = [buckets(bins), buckets(interval)]
  return BUCKET_BOUNDS.map((bound, at) => ({ upper_bound: bound, interval: recent[at], cumulative: total[at] }))
}

/** The bins that have a value. */
function recorded(bins: BinCounts) {
  return [...bins].flatMap((count, index) => {
    const { lower, width } = binAt(index)
    return count === 0 ? [] : [{ lower_bound: lower, width, count }]
  })
}

/** The lines of one histogram in Prometheus' text format: as a histogram, or as a summary of the last interval. */
export function histogramSamples(name: string, labels: string, one: HistogramView, summary: boolean): string {
  const bins = summary ? one.interval : one.bins
  const totals = { sum: sumOf(bins), count: countOf(bins) }
  return summary
    ? formatQuantiles(name, labels, QUANTILES, quantilesOf(bins), totals)
    : formatBuckets(name, labels, cumulativeBuckets(bins), totals)
}

function sorted(histograms: readonly HistogramView[]): readonly HistogramView[] {
  return histograms.toSorted((a, b) => (statName(a) < statName(b) ? -1 : 1))
}
