import { createRequire } from 'node:module'
import { type Clock, sleep } from '@mizzen/base'
import type { RequestIdConfig, TracingConfig } from '../config/tracing-model.ts'
import type { EventTurn } from '../http/event-turn.ts'
import type { RequestTracing } from '../http/exchange-trace.ts'
import type { Tracers, TracersDeps } from './tracers.ts'
import type { TracingSettings } from './tracing-settings.ts'
import { OpenTelemetryStats, type TracingStats, ZipkinStats } from './tracing-stats.ts'

/** Undefined = there has been no such tracer. */
export interface TracerCounters {
  readonly zipkin: ZipkinStats | undefined
  readonly openTelemetry: OpenTelemetryStats | undefined
}

type LazyDeps = Omit<TracersDeps, 'settings' | 'zipkinStats' | 'openTelemetryStats'> & {
  readonly settings: TracingSettings | undefined
}

const NOBODY: TracingSettings = { node: { id: '', zone: '' }, cluster: '', environment: {}, runtime: {}, version: '' }

/** Compiles the tracing of connection managers; what does it is loaded with the first one that has any. */
export class LazyTracers {
  readonly #deps: LazyDeps
  readonly #zipkinStats = new ZipkinStats()
  readonly #openTelemetryStats = new OpenTelemetryStats()
  readonly #kinds = new Set<string>()
  #tracers: Tracers | undefined

  constructor(deps: LazyDeps) {
    this.#deps = deps
  }

  get counters(): TracerCounters {
    const has = (kind: string) => this.#kinds.has(kind)
    return {
      zipkin: has('zipkin') ? this.#zipkinStats : undefined,
      openTelemetry: has('open-telemetry') ? this.#openTelemetryStats : undefined,
    }
  }

  compile(config: TracingConfig, ids: RequestIdConfig, stats: TracingStats): RequestTracing {
    if (config.tracer !== undefined) this.#kinds.add(config.tracer.kind)
    this.#tracers ??= this.#load()
    return this.#tracers.compile(config, ids, stats)
  }

  /** Sends what waits, and resolves when collectors have it, or after half a second; undefined = there is nothing to send. */
  finish(clock: Clock, turn: EventTurn): Promise<void> | undefined {
    const tracers = this.#tracers
    return tracers === undefined ? undefined : finish(tracers, clock, turn)
  }

  #load(): Tracers {
    const { settings = NOBODY, ...deps } = this.#deps
    const module = createRequire(import.meta.url)('./tracers.ts') as typeof import('./tracers.ts')
    const counters = { zipkinStats: this.#zipkinStats, openTelemetryStats: this.#openTelemetryStats }
    return new module.Tracers({ ...deps, ...counters, settings })
  }
}

/** For collectors to answer at the end, and how often it is looked whether they have, ms. */
const FINISH_MS = 500
const POLL_MS = 5

async function finish(tracers: Tracers, clock: Clock, turn: EventTurn): Promise<void> {
  turn.run(() => tracers.flush())
  const deadline = clock.monotonic() + FINISH_MS
  while (tracers.reportsUnderWay > 0 && clock.monotonic() < deadline) await sleep(clock, POLL_MS)
}
