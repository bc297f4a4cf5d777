import type { Budget } from './budget.ts'
import { evaluationAt } from './evaluate.ts'
import { duplicateLabels, type EvaluationContext } from './evaluation.ts'
import { compareLabels, type Labels, NO_LABELS } from './labels.ts'
import { type Need, neededData } from './needed-data.ts'
import type { SeriesData, SeriesSource } from './series-source.ts'
import { type Expr, type Subquery, type VectorSelector, withoutParens } from './syntax.ts'
import type { MatrixSeries, QueryResult, VectorSample } from './value.ts'
import { valueTypeOf } from './value-type.ts'

/** Ends included; an instant query has one time only. */
export interface RangeTimes {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

export interface QueryDeps {
  readonly source: SeriesSource
  readonly budget: Budget
  readonly lookbackMs: number
  readonly subqueryStepMs: number
}

/** One query over data that is loaded first. */
export class Query {
  readonly #expr: Expr
  readonly #times: RangeTimes
  readonly #deps: QueryDeps
  readonly #data = new Map<VectorSelector | Subquery, readonly SeriesData[]>()
  readonly #context: EvaluationContext

  constructor(expr: Expr, times: RangeTimes, deps: QueryDeps) {
    this.#expr = expr
    this.#times = times
    this.#deps = deps
    const { startMs, endMs } = times
    this.#context = { startMs, endMs, lookbackMs: deps.lookbackMs, data: this.#data, derived: new Map() }
  }

  async instant(): Promise<QueryResult> {
    await this.#load()
    const atMs = this.#times.startMs
    const type = valueTypeOf(this.#expr)
    if (type === 'scalar') return { type, atMs, value: evaluationAt(atMs, this.#context).scalar(this.#expr) }
    if (type === 'string') return { type, atMs, value: (withoutParens(this.#expr) as { value: string }).value }
    if (type === 'vector') return { type, atMs, samples: this.#vectorAt(this.#expr, atMs) }
    const { windows } = evaluationAt(atMs, this.#context).matrix(this.#expr)
    for (const { from, to } of windows) this.#deps.budget.give(to - from)
    return {
      type,
      series: windows
        .map(({ series, from, to }) => ({
          labels: series.labels,
          times: Array.prototype.slice.call(series.times, from, to),
          values: Array.prototype.slice.call(series.values, from, to),
        }))
        .sort((a, b) => compareLabels(a.labels, b.labels)),
    }
  }

  async range(): Promise<QueryResult> {
    await this.#load()
    const series = await this.#overTime(this.#expr, this.#times, (samples) => this.#deps.budget.give(samples))
    return { type: 'matrix', series: [...series].sort((a, b) => compareLabels(a.labels, b.labels)) }
  }

  async #load(): Promise<void> {
    const query = { ...this.#times, lookbackMs: this.#deps.lookbackMs }
    for (const need of neededData(this.#expr, query)) {
      this.#data.set(
        need.node,
        need.node.kind === 'selector' ? await this.#select(need, need.node) : await this.#subquery(need, need.node),
      )
    }
  }

  async #select({ afterMs, upToMs, windowMs }: Need, node: VectorSelector): Promise<readonly SeriesData[]> {
    const loaded: SeriesData[] = []
    for (const handle of this.#deps.source.select(node.matchers, afterMs, upToMs, windowMs)) {
      const data = handle.read(afterMs, upToMs)
      this.#deps.budget.spend(data.times.length)
      loaded.push(data)
      await this.#deps.budget.pause()
    }
    return loaded
  }

  /** Evaluated at multiples of its step, whatever the times of the query are. */
  async #subquery({ afterMs, upToMs }: Need, node: Subquery): Promise<readonly SeriesData[]> {
    const stepMs = node.stepMs ?? this.#deps.subqueryStepMs
    const startMs = (Math.floor(afterMs / stepMs) + 1) * stepMs
    const series = await this.#overTime(node.expr, { startMs, endMs: upToMs, stepMs })
    return series.map((one) => ({ ...one, endings: [] }))
  }

  /** @param note hears how many samples each time gave */
  async #overTime(
    expr: Expr,
    { startMs, endMs, stepMs }: RangeTimes,
    note: (samples: number) => void = () => {},
  ): Promise<readonly MatrixSeries[]> {
    const found = new Map<string, { labels: Labels; times: number[]; values: number[] }>()
    for (let atMs = startMs; atMs <= endMs; atMs += stepMs) {
      const samples = this.#vectorAt(expr, atMs)
      note(samples.length)
      for (const { labels, value } of samples) {
        let series = found.get(labels.key)
        if (series === undefined) found.set(labels.key, (series = { labels, times: [], values: [] }))
        if (series.times.at(-1) === atMs) throw duplicateLabels(labels)
        series.times.push(atMs)
        series.values.push(value)
      }
      await this.#deps.budget.pause()
    }
    return [...found.values()]
  }

  #vectorAt(expr: Expr, atMs: number): readonly VectorSample[] {
    const at = evaluationAt(atMs, this.#context)
    const samples = valueTypeOf(expr) === 'scalar' ? [{ labels: NO_LABELS, value: at.scalar(expr) }] : at.vector(expr)
    this.#deps.budget.spend(samples.length)
    return samples
  }
}
