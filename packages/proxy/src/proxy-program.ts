import { type Clock, type MizzenError, type Random, sleep, type Timer } from '@mizzen/base'
import { type AdminSubject, handleAdmin } from './admin/admin.ts'
import { daysUntilFirstExpiry } from './admin/certs-page.ts'
import { AdminHttpServer } from './admin/http-server.ts'
import { ServerStatus } from './admin/server-state.ts'
import { serverStats } from './admin/server-stats.ts'
import type { SwitchedLogger } from './admin/switched-logger.ts'
import type { AdsConfig, Bootstrap } from './config/bootstrap.ts'
import { ConfigCache } from './config/config-cache.ts'
import { ConfigManager } from './config/config-manager.ts'
import { DynamicConfig } from './config/dynamic-config.ts'
import type { Address } from './config/model.ts'
import type { Demand } from './demand/demand.ts'
import { connectionLimit } from './listener/connection-budget.ts'
import type { DrainStrategy } from './listener/drain.ts'
import { OverloadMonitor } from './overload/overload-monitor.ts'
import { OverloadState, overloadMemory } from './overload/overload-state.ts'
import { CounterBaseline } from './telemetry/counter-baseline.ts'
import { HistogramIntervals } from './telemetry/histogram-intervals.ts'
import { renderHttpSeries } from './telemetry/istio-stats.ts'
import { renderTcpSeries } from './telemetry/istio-tcp-stats.ts'
import { LogSinks } from './telemetry/log-sinks.ts'
import type { HistogramView } from './telemetry/render-histograms.ts'
import type { Stat } from './telemetry/stat.ts'
import type { MetricsStream } from './telemetry/stream/metrics-stream.ts'
import { startMetricsStream, streamingOf } from './telemetry/stream/streaming.ts'
import { tracingSettings } from './tracing/tracing-settings.ts'
import { LocalWorker } from './worker/local-worker.ts'
import type { SeveralWorkers } from './worker/several-workers.ts'
import type { Workers } from './worker/workers.ts'

const VERSION = '0.1.0'

export interface ProxyOptions {
  readonly bootstrap: Bootstrap
  /** Folder of the configuration cache; without it a start needs the control plane. */
  readonly cacheDir?: string
  /** Time for connections to end once the proxy drains, ms. */
  readonly drainMs: number
  /** Default `immediate`. */
  readonly drainStrategy?: DrainStrategy | undefined
  /** Threads that carry traffic; this one by default. */
  readonly workers?: SeveralWorkers
  readonly clock: Clock
  readonly random: Random
  readonly logger: SwitchedLogger
  /** Memory of the process in bytes, for the statistics. */
  readonly memory: () => { readonly heapUsed: number; readonly heapTotal: number; readonly rss: number }
  /** The process's environment, for what configuration takes from it; default: empty. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Somebody asked over the admin interface for the process to end. */
  readonly onQuit: () => void
  /** The proxy cannot go on: the process must end. */
  readonly onFailed?: (error: MizzenError) => void
}

/** Wait for workers to take a change before it is acknowledged without, ms. */
const IN_USE_MS = 1_000
/** What `/stats` tells of histograms' last interval is of so long, ms (Envoy: stats_flush_interval). */
const INTERVAL_MS = 5_000
/** How often a drain looks whether connections are left, ms. */
const DRAIN_POLL_MS = 50

/** A whole proxy: configuration in, data plane, admin interface. Once started it runs until `close`. */
export class ProxyProgram {
  readonly #options: ProxyOptions
  readonly #status = new ServerStatus()
  readonly #startedAtMs: number
  readonly #startedAt: number
  readonly #sinks: LogSinks
  readonly #workers: Workers
  readonly #manager: ConfigManager
  readonly #dynamic: DynamicConfig | undefined
  readonly #admin: AdminHttpServer
  readonly #baseline = new CounterBaseline()
  readonly #intervals = new HistogramIntervals()
  #nextInterval: Timer | undefined
  #overload: OverloadMonitor | undefined
  #metrics: MetricsStream | undefined
  #adminPort: number | undefined
  /** Until listeners close, as the operator has asked. */
  #stopping: Timer | undefined
  #closed: Promise<void> | undefined

  constructor(options: ProxyOptions) {
    const { bootstrap, clock, random, logger } = options
    this.#options = options
    this.#startedAtMs = clock.now()
    this.#startedAt = clock.monotonic()
    this.#sinks = new LogSinks(clock, logger.scope('access-log'))
    this.#workers = this.#createWorkers()
    this.#manager = new ConfigManager({
      dataPlane: this.#workers,
      clock,
      random,
      logger: logger.scope('config'),
      incremental: bootstrap.ads?.mode === 'delta',
      onWanted: (typeUrl, names) => this.#dynamic?.want(typeUrl, names),
      onChange: () => this.#dynamic?.advance(),
    })
    this.#dynamic = bootstrap.ads === undefined ? undefined : this.#createDynamic(bootstrap.ads)
    const subject = this.#adminSubject()
    this.#admin = new AdminHttpServer((request) => handleAdmin(subject, request))
  }

  /** Rejects with MizzenError if the bootstrap can't be brought into use; then nothing is left open. */
  async start(): Promise<void> {
    const { bootstrap } = this.#options
    try {
      if (bootstrap.admin !== undefined) await this.#openAdmin(bootstrap.admin)
      await this.#manager.addStatic(bootstrap.clusters, bootstrap.listeners, bootstrap.secrets)
      if (this.#closed !== undefined) return
      this.#metrics = this.#streamMetrics()
      if (this.#dynamic === undefined) this.#status.initialized()
      else await this.#dynamic.start()
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async #openAdmin(address: Address): Promise<void> {
    this.#adminPort = await this.#admin.listen(address)
    this.#beginInterval()
  }

  #beginInterval(): void {
    this.#nextInterval = this.#options.clock.after(INTERVAL_MS, async () => {
      this.#intervals.latch(await this.#workers.read('histograms'))
      // So that a worker that dies takes no more with it than what it has counted since.
      if (this.#workers.concurrency > 1) await Promise.all([this.#workers.read('stats'), this.#workers.read('istio')])
      if (this.#closed === undefined) this.#beginInterval()
    })
  }

  async #histograms(): Promise<readonly HistogramView[]> {
    const all = await this.#workers.read('histograms')
    return all.map((one) => ({ ...one, interval: this.#intervals.of(one) }))
  }

  /** The port of the admin interface, once it is open. */
  get adminPort(): number | undefined {
    return this.#adminPort
  }

  /** Where listeners are bound, by their names. */
  async listenerPorts(): Promise<ReadonlyMap<string, number>> {
    const listeners = await this.#workers.read('listeners')
    return new Map(listeners.map(({ config, port }) => [config.name, port]))
  }

  /**
   * Begins to end: not ready any more, and each response says `Connection: close`. For half of the drain time new
   * connections are still taken, so that nobody who has not heard of it yet is refused; then the listening sockets close
   * (a replacement beside this process gets all that comes). Resolves when no connection is left, or after the drain time.
   */
  async drain(): Promise<void> {
    const { drainMs } = this.#options
    this.#status.setFailing(true)
    this.#workers.drain(drainMs, 'all')
    const begin = this.#options.clock.monotonic()
    await this.#untilIdle(begin + drainMs / 2)
    await this.#workers.stopListening(drainMs / 2, 'all')
    await this.#untilIdle(begin + drainMs)
  }

  /** @param deadline monotonic, ms */
  async #untilIdle(deadline: number): Promise<void> {
    const { clock } = this.#options
    while (clock.monotonic() < deadline && (await this.#workers.activeConnections()) > 0) {
      await sleep(clock, DRAIN_POLL_MS)
    }
  }

  /** Ends everything at once, and writes out the logs. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#stopping?.cancel()
    this.#nextInterval?.cancel()
    this.#overload?.close()
    await this.#metrics?.close()
    await this.#dynamic?.close()
    this.#manager.close()
    await this.#workers.close()
    await this.#admin.close()
    await this.#sinks.close()
  }

  #createWorkers(): Workers {
    const {
      bootstrap,
      clock,
      workers,
      random,
      logger,
      environment = {},
      drainStrategy,
      onFailed = () => {},
    } = this.#options
    const { maxConnections } = bootstrap.overload
    const limit = maxConnections === undefined ? undefined : connectionLimit(maxConnections, workers?.concurrency ?? 1)
    const onDemand = (demand: Demand) => this.#manager.demand(demand)
    const streaming = streamingOf(bootstrap, VERSION)
    const overload = this.#watchOverload()
    const tracing = tracingSettings(bootstrap, environment, VERSION)
    const common = {
      clock,
      random,
      node: bootstrap.node,
      connectionLimit: limit,
      overload,
      onDemand,
      streaming,
      tracing,
      drainStrategy,
    }
    if (workers === undefined) {
      const setLogLevels = () => {}
      return new LocalWorker({ ...common, index: 0, logs: this.#sinks, logger: logger.scope('runtime'), setLogLevels })
    }
    return workers.start({
      ...common,
      onFailed,
      logger: logger.scope('workers'),
      logLevels: logger.levels,
      onLog: (path, lines, count, dropped) => this.#sinks.take(path, lines, count, dropped),
    })
  }

  /** @returns what workers see of it; undefined = there is nothing to watch */
  #watchOverload(): SharedArrayBuffer | undefined {
    const { bootstrap, clock, memory } = this.#options
    const { heap, actions = [], refreshMs = 0 } = bootstrap.overload
    if (heap === undefined) return undefined
    const shared = overloadMemory()
    const resident = () => memory().rss
    const state = new OverloadState(shared)
    this.#overload = new OverloadMonitor({ heap, actions, refreshMs, clock, resident, state })
    return shared
  }

  #createDynamic(ads: AdsConfig): DynamicConfig {
    const { bootstrap, cacheDir, clock, random, logger } = this.#options
    const cache =
      cacheDir === undefined ? undefined : new ConfigCache(cacheDir, bootstrap.node.id, clock, logger.scope('cache'))
    return new DynamicConfig({
      ads,
      node: bootstrap.node,
      version: VERSION,
      manager: this.#manager,
      cache,
      clock,
      random,
      logger: logger.scope('xds'),
      inUse: () => this.#inUse(),
      onInitialized: () => this.#status.initialized(),
    })
  }

  /** To the metrics service that the bootstrap names. */
  #streamMetrics(): MetricsStream | undefined {
    const { bootstrap, clock, random, logger } = this.#options
    const streaming = streamingOf(bootstrap, VERSION)
    if (bootstrap.metricsSink === undefined || streaming === undefined) return undefined
    const { node, services } = streaming
    const read = () => this.#workers.read('istio')
    const deps = { node, services, clock, random, logger: logger.scope('metrics'), read }
    return startMetricsStream(bootstrap.metricsSink, deps)
  }

  /** In this thread everything is in use at once. Listeners that wait for names to be resolved are not waited for. */
  #inUse(): Promise<void> | undefined {
    if (this.#workers.concurrency === 1) return undefined
    const everywhere = this.#manager.opened().then(() => this.#workers.settled())
    return Promise.race([everywhere, sleep(this.#options.clock, IN_USE_MS)])
  }

  #adminSubject(): AdminSubject {
    const { bootstrap, clock, drainMs, logger, memory, onQuit } = this.#options
    const workers = this.#workers
    return {
      bootstrap,
      manager: this.#manager,
      startedAtMs: this.#startedAtMs,
      version: VERSION,
      memory,
      concurrency: workers.concurrency,
      read: (part) => workers.read(part),
      state: () => this.#status.state,
      uptimeMs: () => clock.monotonic() - this.#startedAt,
      now: () => clock.now(),
      stats: async () => {
        const days = daysUntilFirstExpiry(await workers.read('certificates'), clock.now())
        return [
          ...this.#baseline.since(await workers.read('stats')),
          ...this.#serverStats(days),
          ...(this.#overload?.stats ?? []),
        ]
      },
      histograms: () => this.#histograms(),
      istioMetrics: async () => {
        const { http, tcp } = await workers.read('istio')
        return renderHttpSeries(http) + renderTcpSeries(tcp)
      },
      drainMs,
      drainStrategy: this.#options.drainStrategy ?? 'immediate',
      resetCounters: async () => this.#baseline.reset(await workers.read('stats')),
      drain: (scope) => workers.drain(drainMs, scope),
      stopListening: (scope, afterMs) => {
        this.#stopping?.cancel()
        this.#stopping = clock.after(afterMs, () => void workers.stopListening(drainMs, scope))
      },
      get logLevels() {
        return logger.levels
      },
      setLogLevels: (levels) => {
        logger.levels = levels
        workers.setLogLevels(levels)
      },
      setFailing: (failing) => {
        this.#status.setFailing(failing)
        workers.setFailing(failing)
      },
      reopenLogs: () => this.#sinks.reopen(),
      quit: onQuit,
    }
  }

  #serverStats(daysUntilFirstExpiry: number): readonly Stat[] {
    return serverStats({
      manager: this.#manager,
      state: this.#status.state,
      concurrency: this.#workers.concurrency,
      connected: this.#dynamic?.connected ?? false,
      uptimeMs: this.#options.clock.monotonic() - this.#startedAt,
      droppedLogLines: this.#sinks.dropped,
      memory: this.#options.memory(),
      daysUntilFirstExpiry,
    })
  }
}
