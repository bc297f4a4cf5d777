import { dropName, formatLabels, type Labels } from './labels.ts'
import { promqlError } from './promql-error.ts'
import type { SeriesData } from './series-source.ts'
import type { AtTime, Expr, Subquery, VectorSelector } from './syntax.ts'
import type { VectorSample } from './value.ts'
import type { Span, Window } from './window.ts'

export type Samples = readonly VectorSample[]

/** What a query's evaluations share. All data is loaded before the first begins. */
export interface EvaluationContext {
  readonly startMs: number
  readonly endMs: number
  /** How far back an instant selector looks. */
  readonly lookbackMs: number
  /** Samples of each selector, and results of each subquery. */
  readonly data: ReadonlyMap<VectorSelector | Subquery, readonly SeriesData[]>
  /** Labels that were derived from others at a node. */
  readonly derived: Map<Expr, Map<Labels, Labels>>
}

/** Gives the values of sub-expressions at one time. */
export interface Evaluation {
  readonly timeMs: number
  vector(expr: Expr): Samples
  scalar(expr: Expr): number
  matrix(expr: Expr): { readonly span: Span; readonly windows: readonly Window[] }
  /** `make()` once for each node and set of labels. */
  derive(node: Expr, labels: Labels, make: () => Labels): Labels
}

/** The moment that a selector's `@` makes of the time of evaluation, before its offset. */
export function anchorMs(at: AtTime | undefined, timeMs: number, query: { startMs: number; endMs: number }): number {
  if (at === undefined) return timeMs
  if (at === 'start') return query.startMs
  return at === 'end' ? query.endMs : at
}

/** Applies a function to each value; what comes out is no longer what the metric's name says. */
export function mapValues(samples: Samples, apply: (value: number) => number): Samples {
  return unique(samples.map(({ labels, value }) => ({ labels: dropName(labels), value: apply(value) })))
}

/** Throws MizzenError `promql-execution` where two samples have the same labels. */
export function unique(samples: Samples): Samples {
  const seen = new Set<string>()
  for (const { labels } of samples) {
    if (seen.has(labels.key)) throw duplicateLabels(labels)
    seen.add(labels.key)
  }
  return samples
}

export function duplicateLabels(labels: Labels) {
  return promqlError(
    'promql-execution',
    `vector cannot contain metrics with the same labelset: ${formatLabels(labels)}`,
  )
}
