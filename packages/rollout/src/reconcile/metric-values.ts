import { type Canary, type CanaryMetric, parseDuration } from '@mizzen/api'
import { formatError } from '@mizzen/base'
import type { Scene } from './observe.ts'

/** Evaluates PromQL at a time (ms since the epoch): the elements of a vector, or one of a scalar. */
export type MetricQuery = (expression: string, atMs: number) => Promise<readonly { readonly value: number }[]>

/** What is known of a metric now. */
export type MetricValue = { readonly value: number } | { readonly problem: string }

const DEFAULT_INTERVAL = '1m'
/** A value is asked for anew after this, ms, or a tenth of the metric's interval if that is longer. */
const ASK_AGAIN_MS = 1_000
/** A value that could not be renewed counts for so many times that. */
const STALE_AFTER = 5

interface Known {
  readonly result: MetricValue
  readonly at: number
}

/** The values of metrics with a query, asked for beside the rollout's ticks: a tick never waits for an answer. */
export class MetricValues {
  readonly #query: MetricQuery | undefined
  readonly #known = new Map<string, Known>()
  readonly #asking = new Set<string>()

  constructor(query: MetricQuery | undefined) {
    this.#query = query
  }

  /** The last value that is not too old. @param now ms since the epoch */
  of(metric: CanaryMetric, canary: Canary, scene: Scene, now: number): MetricValue {
    if (this.#query === undefined) return { problem: 'there is nothing that answers queries' }
    const filled = fillTemplate(metric.query ?? '', variablesOf(metric, canary, scene))
    if (typeof filled !== 'string') return filled
    const every = Math.max(ASK_AGAIN_MS, (parseDuration(metric.interval ?? DEFAULT_INTERVAL) ?? 0) / 10)
    const known = this.#known.get(filled)
    if (known === undefined || Math.abs(now - known.at) >= every) void this.#ask(this.#query, filled, now)
    if (known === undefined || Math.abs(now - known.at) > every * STALE_AFTER)
      return { problem: 'it is being asked for' }
    return known.result
  }

  async #ask(query: MetricQuery, expression: string, now: number): Promise<void> {
    if (this.#asking.has(expression)) return
    this.#asking.add(expression)
    // A Canary that was edited leaves values behind; no rollout has so many metrics.
    if (this.#known.size > 1_000) this.#known.clear()
    const result = await query(expression, now).then(
      ([first]): MetricValue =>
        first === undefined ? { problem: 'the query gives no value' } : { value: first.value },
      (error: unknown): MetricValue => ({ problem: formatError(error) }),
    )
    this.#known.set(expression, { result, at: now })
    this.#asking.delete(expression)
  }
}

type Variables = Readonly<Record<string, string>>

/** Flagger's words, and two of our own: `canary` and `stable` are the Deployments of the versions. */
function variablesOf({ interval = DEFAULT_INTERVAL }: CanaryMetric, { metadata }: Canary, scene: Scene): Variables {
  const canary = scene.canary?.deployment?.metadata.name ?? ''
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? 'default',
    target: canary,
    canary,
    stable: scene.stable?.deployment?.metadata.name ?? '',
    service: scene.canary?.service ?? '',
    interval,
  }
}

export function fillTemplate(template: string, variables: Variables): string | { readonly problem: string } {
  const unknown = [...template.matchAll(/\{\{\s*([^{}\s]*)\s*\}\}/g)].find(
    ([, name = '']) => !Object.hasOwn(variables, name),
  )
  if (unknown !== undefined)
    return { problem: `the query has ${unknown[0]}; known are ${Object.keys(variables).join(', ')}` }
  return template.replace(/\{\{\s*([^{}\s]*)\s*\}\}/g, (_whole, name: string) => variables[name] as string)
}
