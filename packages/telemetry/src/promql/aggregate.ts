import { KahanSum, meanOf } from './kahan-sum.ts'
import { dropLabels, keepLabels, type Labels, METRIC_NAME, withLabel } from './labels.ts'
import { promqlError } from './promql-error.ts'
import { quantileOf } from './quantile-of.ts'
import type { Aggregation } from './syntax.ts'
import type { VectorSample } from './value.ts'

/** The labels of the group that a series belongs to. */
export function groupLabels({ without, names }: Aggregation, labels: Labels): Labels {
  return without ? dropLabels(labels, [...names, METRIC_NAME]) : keepLabels(labels, names)
}

interface Group {
  readonly labels: Labels
  readonly samples: VectorSample[]
}

/**
 * One aggregation at one time.
 * @param param the number or text of `topk`, `bottomk`, `quantile` and `count_values`
 * @param groupOf `groupLabels` of a series, remembered
 */
export function aggregate(
  node: Aggregation,
  samples: readonly VectorSample[],
  param: number | string,
  groupOf: (labels: Labels) => Labels,
): readonly VectorSample[] {
  if (node.operator === 'topk' || node.operator === 'bottomk') checkCount(Number(param))
  if (node.operator === 'count_values') return countValues(node, samples, String(param))
  const groups = new Map<string, Group>()
  for (const sample of samples) {
    const labels = groupOf(sample.labels)
    const group = groups.get(labels.key)
    if (group === undefined) groups.set(labels.key, { labels, samples: [sample] })
    else group.samples.push(sample)
  }
  const of = [...groups.values()]
  if (node.operator === 'topk') return of.flatMap((group) => largest(group.samples, Number(param), 1))
  if (node.operator === 'bottomk') return of.flatMap((group) => largest(group.samples, Number(param), -1))
  const reduce = REDUCERS[node.operator]!
  return of.map((group) => ({
    labels: group.labels,
    value: reduce(
      group.samples.map(({ value }) => value),
      Number(param),
    ),
  }))
}

/** Each gets at least one value, in order. */
const REDUCERS: Readonly<Record<string, (values: readonly number[], param: number) => number>> = {
  sum: (values) => {
    const total = new KahanSum(values[0])
    for (let index = 1; index < values.length; index += 1) total.add(values[index]!)
    return total.value
  },
  avg: (values) => meanOf(values, 0, values.length),
  count: (values) => values.length,
  group: () => 1,
  min: (values) => values.reduce((least, value) => (least > value || Number.isNaN(least) ? value : least)),
  max: (values) => values.reduce((most, value) => (most < value || Number.isNaN(most) ? value : most)),
  stdvar: variance,
  stddev: (values) => Math.sqrt(variance(values)),
  quantile: (values, q) => quantileOf(q, values),
}

/** Welford's, in the order of the values. */
function variance(values: readonly number[]): number {
  const first = values[0]!
  let mean = first
  let squares = Number.isFinite(first) ? 0 : Number.NaN
  for (let index = 1; index < values.length; index += 1) {
    const delta = values[index]! - mean
    mean += delta / (index + 1)
    squares += delta * (values[index]! - mean)
  }
  return squares / values.length
}

/** @param direction 1: the largest, -1: the smallest; NaN comes last in both. */
function largest(samples: readonly VectorSample[], count: number, direction: 1 | -1): readonly VectorSample[] {
  return count < 1 ? [] : sortedByValue(samples, direction === 1).slice(0, Math.trunc(count))
}

function checkCount(count: number): void {
  if (Number.isNaN(count)) throw promqlError('promql-execution', 'Parameter value is NaN')
  if (Math.abs(count) >= 2 ** 63) {
    throw promqlError('promql-execution', `Scalar value ${count} ${count < 0 ? 'underflows' : 'overflows'} int64`)
  }
}

/** Stable; NaN comes last in both directions. */
export function sortedByValue(samples: readonly VectorSample[], descending: boolean): readonly VectorSample[] {
  const sign = descending ? -1 : 1
  return [...samples].sort((a, b) => {
    if (Number.isNaN(a.value) || Number.isNaN(b.value))
      return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value))
    if (a.value === b.value) return 0
    return a.value < b.value ? -sign : sign
  })
}

function countValues(node: Aggregation, samples: readonly VectorSample[], label: string): readonly VectorSample[] {
  const counts = new Map<string, { labels: Labels; value: number }>()
  for (const sample of samples) {
    const labelled = withLabel(sample.labels, label, plainNumber(sample.value))
    // The new label stays even where the grouping does not name it.
    const labels = node.without ? groupLabels(node, labelled) : keepLabels(labelled, [...node.names, label])
    const known = counts.get(labels.key)
    if (known === undefined) counts.set(labels.key, { labels, value: 1 })
    else known.value += 1
  }
  return [...counts.values()]
}

/** Digits without an exponent, as Go's `FormatFloat(value, 'f', -1, 64)`. */
function plainNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  const parts = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (parts === null) return text
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return sign + digits.padEnd(point, '0')
}
