import { BUCKET_BOUNDS, type HistogramCounts } from './histogram.ts'

/** Names and values of labels, in the order in which they are printed. */
export type Labels = readonly (readonly [name: string, value: string])[]

/** The inside of `{…}`; '' without labels. */
export function formatLabels(labels: Labels): string {
  return labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')
}

/** A line of the text format; `labels` as `formatLabels` gives them. */
export function formatSample(name: string, labels: string, value: number): string {
  return labels === '' ? `${name}{} ${value}\n` : `${name}{${labels}} ${value}\n`
}

/** The lines of one histogram: cumulative buckets, sum and count. */
export function formatHistogram(name: string, labels: string, histogram: HistogramCounts): string {
  let count = 0
  const cumulative = Array.from(histogram.counts, (bucket) => {
    count += bucket
    return count
  })
  return formatBuckets(name, labels, cumulative, { sum: histogram.sum, count })
}

/** What a histogram's values are together. */
export interface Totals {
  readonly sum: number
  readonly count: number
}

/** The lines of one histogram; `cumulative` has a number for each of `BUCKET_BOUNDS`. */
export function formatBuckets(name: string, labels: string, cumulative: readonly number[], totals: Totals): string {
  const prefix = labels === '' ? '' : `${labels},`
  const bucket = (bound: number | string, count: number) => `${name}_bucket{${prefix}le="${bound}"} ${count}\n`
  const buckets = BUCKET_BOUNDS.map((bound, index) => bucket(bound, cumulative[index] as number)).join('')
  return buckets + bucket('+Inf', totals.count) + formatTotals(name, labels, totals)
}

/** The lines of one summary: the value of each quantile (0–1), null = there is none; sum and count. */
export function formatQuantiles(
  name: string,
  labels: string,
  quantiles: readonly number[],
  values: readonly (number | null)[],
  totals: Totals,
): string {
  const prefix = labels === '' ? '' : `${labels},`
  const lines = quantiles.map((quantile, at) => `${name}{${prefix}quantile="${quantile}"} ${values[at] ?? 'nan'}\n`)
  return lines.join('') + formatTotals(name, labels, totals)
}

function formatTotals(name: string, labels: string, { sum, count }: Totals): string {
  return formatSample(`${name}_sum`, labels, sum) + formatSample(`${name}_count`, labels, count)
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
