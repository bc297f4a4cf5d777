import { combine } from './arithmetic.ts'
import { isComparison } from './check-types.ts'
import { dropLabels, dropName, formatLabels, keepLabels, type Labels, labelsFrom, METRIC_NAME } from './labels.ts'
import { promqlError } from './promql-error.ts'
import type { Binary, VectorMatching } from './syntax.ts'
import type { VectorSample } from './value.ts'

type Samples = readonly VectorSample[]
type Signature = (labels: Labels) => string

/** The labels by which two vectors' samples find each other. */
export function matchedLabels({ on, names }: VectorMatching, labels: Labels): Labels {
  return on ? keepLabels(labels, names) : dropLabels(labels, [...names, METRIC_NAME])
}

/** `and`, `or`, `unless`. */
export function combineSets(operator: string, left: Samples, right: Samples, signature: Signature): Samples {
  const side = operator === 'or' ? left : right
  const present = new Set(side.map(({ labels }) => signature(labels)))
  if (operator === 'and') return left.filter(({ labels }) => present.has(signature(labels)))
  if (operator === 'unless') return left.filter(({ labels }) => !present.has(signature(labels)))
  return [...left, ...right.filter(({ labels }) => !present.has(signature(labels)))]
}

/** A vector with a number on one side. */
export function combineWithScalar(node: Binary, vector: Samples, scalar: number, scalarIsLeft: boolean): Samples {
  const { operator, bool } = node
  const renamed = bool || !isComparison(operator)
  const result: VectorSample[] = []
  for (const { labels, value: element } of vector) {
    const { value, holds } = scalarIsLeft ? combine(operator, scalar, element) : combine(operator, element, scalar)
    if (!holds && !bool) continue
    const kept = isComparison(operator) ? element : value
    result.push({ labels: renamed ? dropName(labels) : labels, value: bool ? Number(holds) : kept })
  }
  return result
}

/** Two vectors, matched one to one or many to one. Throws MizzenError `promql-execution` where a match is not unique. */
export function combineVectors(node: Binary, left: Samples, right: Samples, signature: Signature): Samples {
  const { matching } = node
  const swapped = matching.cardinality === 'one-to-many'
  const [many, one] = swapped ? [right, left] : [left, right]
  if (many.length === 0 || one.length === 0) return []
  const ones = indexed(node, one, signature, swapped ? 'left' : 'right')
  const matched = new Map<string, Set<string>>()
  const result: VectorSample[] = []
  for (const sample of many) {
    const key = signature(sample.labels)
    const other = ones.get(key)
    if (other === undefined) continue
    const [leftValue, rightValue] = swapped ? [other.value, sample.value] : [sample.value, other.value]
    const { value, holds } = combine(node.operator, leftValue, rightValue)
    const labels = resultLabels(node, sample.labels, other.labels)
    checkUnique(matching, matched, key, labels)
    if (holds || node.bool) result.push({ labels, value: node.bool ? Number(holds) : value })
  }
  return result
}

function indexed(node: Binary, one: Samples, signature: Signature, side: string): ReadonlyMap<string, VectorSample> {
  const ones = new Map<string, VectorSample>()
  for (const sample of one) {
    const key = signature(sample.labels)
    const other = ones.get(key)
    if (other !== undefined) {
      const group = formatLabels(matchedLabels(node.matching, sample.labels))
      const both = [formatLabels(sample.labels), formatLabels(other.labels)].sort().join(', ')
      throw promqlError(
        'promql-execution',
        `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: [${both}];many-to-many matching not allowed: matching labels must be unique on one side`,
      )
    }
    ones.set(key, sample)
  }
  return ones
}

function checkUnique(matching: VectorMatching, matched: Map<string, Set<string>>, key: string, labels: Labels): void {
  const before = matched.get(key)
  if (before === undefined) {
    matched.set(key, new Set([labels.key]))
    return
  }
  if (matching.cardinality === 'one-to-one') {
    throw promqlError(
      'promql-execution',
      'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
    )
  }
  if (before.has(labels.key)) {
    throw promqlError('promql-execution', 'multiple matches for labels: grouping labels must ensure unique matches')
  }
  before.add(labels.key)
}

/** Results by the labels of both sides: the labels of a series are one object all through a query. */
const remembered = new WeakMap<Binary, WeakMap<Labels, { readonly one: Labels; readonly result: Labels }>>()

function resultLabels(node: Binary, many: Labels, one: Labels): Labels {
  const known = remembered.get(node) ?? new WeakMap()
  remembered.set(node, known)
  const before = known.get(many)
  if (before?.one === one) return before.result
  const result = makeResultLabels(node, many, one)
  known.set(many, { one, result })
  return result
}

function makeResultLabels({ operator, bool, matching }: Binary, many: Labels, one: Labels): Labels {
  let labels = bool || !isComparison(operator) ? dropName(many) : many
  if (matching.cardinality === 'one-to-one') {
    labels = matching.on ? keepLabels(labels, matching.names) : dropLabels(labels, matching.names)
  }
  if (matching.include.length === 0) return labels
  const taken = matching.include.map((name) => [name, one.values.get(name) ?? ''] as const)
  return labelsFrom([...dropLabels(labels, matching.include).values, ...taken])
}
