import { aggregate, groupLabels } from './aggregate.ts'
import { combine } from './arithmetic.ts'
import { callFunction } from './call.ts'
import { isComparison } from './check-types.ts'
import { anchorMs, type Evaluation, type EvaluationContext, mapValues, type Samples, unique } from './evaluation.ts'
import type { Labels } from './labels.ts'
import { promqlError } from './promql-error.ts'
import { type Aggregation, type Binary, type Expr, type VectorSelector, withoutParens } from './syntax.ts'
import type { VectorSample } from './value.ts'
import { valueTypeOf } from './value-type.ts'
import { combineSets, combineVectors, combineWithScalar, matchedLabels } from './vector-binary.ts'
import { latestIn, windowsOf } from './window.ts'

/** Evaluates parts of an expression at one time. Pure: all data is in the context. Throws MizzenError `promql-execution`. */
export function evaluationAt(timeMs: number, context: EvaluationContext): Evaluation {
  const at: Evaluation = {
    timeMs,
    vector: (expr) => vectorOf(expr, at, context),
    scalar: (expr) => scalarOf(expr, at),
    matrix: (expr) => matrixOf(expr, timeMs, context),
    derive: (node, labels, make) => derive(node, labels, context, make),
  }
  return at
}

function vectorOf(expr: Expr, at: Evaluation, context: EvaluationContext): Samples {
  switch (expr.kind) {
    case 'selector':
      return select(expr, at.timeMs, context)
    case 'paren':
      return at.vector(expr.expr)
    case 'unary':
      return expr.negative ? mapValues(at.vector(expr.expr), (value) => -value) : at.vector(expr.expr)
    case 'aggregation':
      return aggregated(expr, at)
    case 'binary':
      return combined(expr, at)
    case 'call':
      return callFunction(expr, at)
    default:
      throw promqlError('promql-execution', `an expression of kind ${expr.kind} gives no vector`)
  }
}

function scalarOf(expr: Expr, at: Evaluation): number {
  switch (expr.kind) {
    case 'number':
      return expr.value
    case 'paren':
      return at.scalar(expr.expr)
    case 'unary':
      return (expr.negative ? -1 : 1) * at.scalar(expr.expr)
    case 'binary': {
      const { value, holds } = combine(expr.operator, at.scalar(expr.left), at.scalar(expr.right))
      return isComparison(expr.operator) ? Number(holds) : value
    }
    case 'call': {
      if (expr.name === 'time') return at.timeMs / 1_000
      if (expr.name === 'pi') return Math.PI
      const [sample, ...more] = at.vector(expr.args[0]!)
      return sample === undefined || more.length > 0 ? Number.NaN : sample.value
    }
    default:
      throw promqlError('promql-execution', `an expression of kind ${expr.kind} gives no scalar`)
  }
}

function matrixOf(expr: Expr, timeMs: number, context: EvaluationContext): ReturnType<Evaluation['matrix']> {
  const node = withoutParens(expr)
  if (node.kind !== 'range' && node.kind !== 'subquery') {
    throw promqlError('promql-execution', `an expression of kind ${node.kind} gives no range vector`)
  }
  const target = node.kind === 'range' ? node.selector : node
  const upToMs = anchorMs(target.shift.at, timeMs, context) - target.shift.offsetMs
  const span = { afterMs: upToMs - node.rangeMs, upToMs }
  return { span, windows: windowsOf(context.data.get(target) ?? [], span) }
}

function select(node: VectorSelector, timeMs: number, context: EvaluationContext): Samples {
  const upToMs = anchorMs(node.shift.at, timeMs, context) - node.shift.offsetMs
  const span = { afterMs: upToMs - context.lookbackMs, upToMs }
  const samples: VectorSample[] = []
  for (const series of context.data.get(node) ?? []) {
    const index = latestIn(series, span)
    if (index >= 0) samples.push({ labels: series.labels, value: series.values[index]!, atMs: series.times[index]! })
  }
  return samples
}

function aggregated(node: Aggregation, at: Evaluation): Samples {
  const groupOf = (labels: Labels) => at.derive(node, labels, () => groupLabels(node, labels))
  return aggregate(node, at.vector(node.expr), paramOf(node, at), groupOf)
}

function paramOf({ param }: Aggregation, at: Evaluation): number | string {
  if (param === undefined) return 0
  const plain = withoutParens(param)
  return plain.kind === 'string' ? plain.value : at.scalar(plain)
}

function combined(node: Binary, at: Evaluation): Samples {
  const { left, right, operator, matching } = node
  if (valueTypeOf(left) === 'scalar') return unique(combineWithScalar(node, at.vector(right), at.scalar(left), true))
  if (valueTypeOf(right) === 'scalar') return unique(combineWithScalar(node, at.vector(left), at.scalar(right), false))
  const signature = (labels: Labels) => at.derive(node, labels, () => matchedLabels(matching, labels)).key
  if (matching.cardinality === 'many-to-many') {
    return combineSets(operator, at.vector(left), at.vector(right), signature)
  }
  return unique(combineVectors(node, at.vector(left), at.vector(right), signature))
}

function derive(node: Expr, labels: Labels, context: EvaluationContext, make: () => Labels): Labels {
  const known = context.derived.get(node) ?? new Map<Labels, Labels>()
  context.derived.set(node, known)
  const made = known.get(labels) ?? make()
  known.set(labels, made)
  return made
}
