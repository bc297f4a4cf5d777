import type { Clock } from '@mizzen/base'
import { Budget, type PromqlLimits } from './budget.ts'
import { parsePromql } from './parse.ts'
import { promqlError } from './promql-error.ts'
import { Query, type RangeTimes } from './query.ts'
import { QuerySlots } from './query-slots.ts'
import type { SeriesSource } from './series-source.ts'
import type { Expr } from './syntax.ts'
import type { QueryResult } from './value.ts'
import { TYPE_NAMES, valueTypeOf } from './value-type.ts'

export interface PromqlOptions {
  readonly source: SeriesSource
  readonly clock: Clock
  /** Default: 5 million samples, 1 million in the answer, 10 s. */
  readonly limits?: Partial<PromqlLimits>
  /** How far an instant selector looks back. Default: 5 minutes, as Prometheus. */
  readonly lookbackMs?: number
  /** Step of a subquery that has none. Default: 1 minute, Prometheus' evaluation interval. */
  readonly subqueryStepMs?: number
}

export interface QueryOptions {
  /** At most the engine's own. */
  readonly timeoutMs?: number
  readonly lookbackMs?: number
  /** Ends the query. */
  readonly signal?: AbortSignal
}

/** Evaluates PromQL over a source. A query gives way to other work every few milliseconds. */
export interface PromqlEngine {
  /** Throws MizzenError `promql-syntax`, `promql-execution`, `promql-too-large`, `promql-timeout`. */
  instant(expression: string, atMs: number, options?: QueryOptions): Promise<QueryResult>
  /** As `instant`; the expression must give a vector or a scalar, the result is a matrix. */
  range(expression: string, times: RangeTimes, options?: QueryOptions): Promise<QueryResult>
}

const DEFAULT_LIMITS: PromqlLimits = { maxSamples: 5_000_000, maxAnswer: 1_000_000, timeoutMs: 10_000 }
const LOOKBACK_MS = 5 * 60_000
const SUBQUERY_STEP_MS = 60_000
/** Each may hold what `limits` allows. */
const MAX_RUNNING = 4
const MAX_WAITING = 100

export function createPromqlEngine(options: PromqlOptions): PromqlEngine {
  const slots = new QuerySlots(MAX_RUNNING, MAX_WAITING)
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const begin = (expr: Expr, times: RangeTimes, asked: QueryOptions) =>
    new Query(expr, times, {
      source: options.source,
      budget: new Budget(options.clock, limits, asked),
      lookbackMs: asked.lookbackMs ?? options.lookbackMs ?? LOOKBACK_MS,
      subqueryStepMs: options.subqueryStepMs ?? SUBQUERY_STEP_MS,
    })
  return {
    async instant(expression, atMs, asked = {}) {
      const expr = parsePromql(expression)
      return slots.run(() => begin(expr, { startMs: atMs, endMs: atMs, stepMs: 1 }, asked).instant())
    },
    async range(expression, times, asked = {}) {
      const expr = parsePromql(expression)
      const type = valueTypeOf(expr)
      if (type !== 'vector' && type !== 'scalar') {
        throw promqlError(
          'promql-syntax',
          `invalid expression type "${TYPE_NAMES[type]}" for range query, must be Scalar or instant Vector`,
        )
      }
      return slots.run(() => begin(expr, times, asked).range())
    },
  }
}
