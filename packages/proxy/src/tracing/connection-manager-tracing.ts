import type { Random } from '@mizzen/base'
import type { RequestIdConfig, RouteTracingConfig, TracingConfig } from '../config/tracing-model.ts'
import type { Exchange } from '../http/exchange.ts'
import type { ExchangeTrace, RequestTracing } from '../http/exchange-trace.ts'
import type { TraceReason } from '../http/trace-reason.ts'
import { compileCustomTags, type Environment } from './custom-tags.ts'
import { RequestTrace, type TraceSettings } from './request-trace.ts'
import type { TracedNode } from './span-tags.ts'
import { decideTrace } from './trace-decision.ts'
import type { Tracer } from './tracer.ts'
import type { TracingStats } from './tracing-stats.ts'

export interface TracingDeps {
  readonly random: Random
  readonly node: TracedNode
  readonly environment: Environment
  /** null = decisions are made and marked, and nobody is told. */
  readonly tracer: Tracer | null
  readonly stats: TracingStats
}

const COUNTERS = {
  sampled: 'randomSampling',
  forced: 'serviceForced',
  client: 'clientEnabled',
  none: 'notTraceable',
} as const satisfies Record<TraceReason, keyof TracingStats>

/** A connection manager's tracing, compiled. */
export class ConnectionManagerTracing implements RequestTracing {
  readonly #config: TracingConfig
  readonly #ids: RequestIdConfig
  readonly #deps: TracingDeps
  readonly #settings: TraceSettings
  /** Of routes with tags of their own; made when they are first used. */
  readonly #ofRoutes = new WeakMap<RouteTracingConfig, TraceSettings>()

  constructor(config: TracingConfig, ids: RequestIdConfig, deps: TracingDeps) {
    this.#config = config
    this.#ids = ids
    this.#deps = deps
    const { verbose, maxPathTagLength, spansOfTries } = config
    const customTags = compileCustomTags(config.customTags, deps.environment)
    this.#settings = { node: deps.node, verbose, maxPathTagLength, spansOfTries, customTags }
  }

  begin(exchange: Exchange): ExchangeTrace {
    const { random, tracer, stats } = this.#deps
    const { operation, hop } = this.#config
    const ofRoute = exchange.route?.tracing
    const reason = decideTrace(exchange, ofRoute ?? this.#config, this.#ids, random)
    stats[COUNTERS[reason]] += 1
    const start = { traced: reason !== 'none', operation, hop }
    const context = tracer === null ? null : tracer.start(exchange.requestHeaders, start)
    const settings = ofRoute === undefined ? this.#settings : this.#settingsOf(ofRoute)
    return new RequestTrace(settings, tracer, start, context, exchange)
  }

  #settingsOf(route: RouteTracingConfig): TraceSettings {
    if (route.customTags.length === 0) return this.#settings
    const known = this.#ofRoutes.get(route)
    if (known !== undefined) return known
    const tags = [...this.#config.customTags, ...route.customTags]
    const settings = { ...this.#settings, customTags: compileCustomTags(tags, this.#deps.environment) }
    this.#ofRoutes.set(route, settings)
    return settings
  }
}
