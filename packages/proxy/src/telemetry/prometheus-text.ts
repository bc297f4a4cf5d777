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
  const prefix = labels === '' ? '' : `${labels},`
  let text = ''
  let count = 0
  BUCKET_BOUNDS.forEach((bound, index) => {
    count += histogram.counts[index] as number
    text += `${name}_bucket{${prefix}le="${bound}"} ${count}\n`
  })
  count += histogram.counts[BUCKET_BOUNDS.length] as number
  text += `${name}_bucket{${prefix}le="+Inf"} ${count}\n`
  return text + formatSample(`${name}_sum`, labels, histogram.sum) + formatSample(`${name}_count`, labels, count)
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
