import { type Clock, type Random, sleep } from '@mizzen/base'
import { type AdminSubject, handleAdmin } from './admin/admin.ts'
import { AdminHttpServer } from './admin/http-server.ts'
import { runtimeViews } from './admin/runtime-views.ts'
import { ServerStatus } from './admin/server-state.ts'
import { serverStats } from './admin/server-stats.ts'
import type { SwitchedLogger } from './admin/switched-logger.ts'
import type { AdsConfig, Bootstrap } from './config/bootstrap.ts'
import { ConfigCache } from './config/config-cache.ts'
import { ConfigManager } from './config/config-manager.ts'
import { DynamicConfig } from './config/dynamic-config.ts'
import { IstioStats } from './telemetry/istio-stats.ts'
import { LogSinks } from './telemetry/log-sinks.ts'
import { createPeerMetadata } from './telemetry/peer-metadata.ts'
import type { Stat } from './telemetry/stat.ts'
import { createRuntime, type Runtime } from './worker/runtime.ts'

const VERSION = '0.1.0'

export interface ProxyOptions {
  readonly bootstrap: Bootstrap
  /** Folder of the configuration cache; without it a start needs the control plane. */
  readonly cacheDir?: string
  /** Time for connections to end once the proxy drains, ms. */
  readonly drainMs: number
  readonly clock: Clock
  readonly random: Random
  readonly logger: SwitchedLogger
  /** Memory of the process in bytes, for the statistics. */
  readonly memory: () => { readonly heapUsed: number; readonly heapTotal: number; readonly rss: number }
  /** Somebody asked over the admin interface for the process to end. */
  readonly onQuit: () => void
}

/** How often a drain looks whether connections are left, ms. */
const DRAIN_POLL_MS = 50

/** A whole proxy: configuration in, data plane, admin interface. Once started it runs until `close`. */
export class ProxyProgram {
  readonly #options: ProxyOptions
  readonly #status = new ServerStatus()
  readonly #startedAtMs: number
  readonly #startedAt: number
  readonly #sinks: LogSinks
  readonly #istioStats: IstioStats
  readonly #runtime: Runtime
  readonly #manager: ConfigManager
  readonly #dynamic: DynamicConfig | undefined
  readonly #admin: AdminHttpServer
  #adminPort: number | undefined

  constructor(options: ProxyOptions) {
    const { bootstrap, clock, random, logger } = options
    this.#options = options
    this.#startedAtMs = clock.now()
    this.#startedAt = clock.monotonic()
    this.#sinks = new LogSinks(clock, logger.scope('access-log'))
    const peerMetadata = createPeerMetadata(bootstrap.node)
    this.#istioStats = new IstioStats(peerMetadata.own)
    this.#runtime = createRuntime({
      clock,
      random,
      logger: logger.scope('runtime'),
      sinks: this.#sinks.provide,
      stats: this.#istioStats,
      peerMetadata,
    })
    this.#manager = new ConfigManager({
      dataPlane: this.#runtime,
      clock,
      random,
      logger: logger.scope('config'),
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
      if (bootstrap.admin !== undefined) this.#adminPort = await this.#admin.listen(bootstrap.admin)
      await this.#manager.addStatic(bootstrap.clusters, bootstrap.listeners)
      if (this.#dynamic === undefined) this.#status.initialized()
      else await this.#dynamic.start()
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** The port of the admin interface, once it is open. */
  get adminPort(): number | undefined {
    return this.#adminPort
  }

  /** Where listeners are bound, by their names. */
  get listenerPorts(): ReadonlyMap<string, number> {
    return new Map(this.#runtime.listeners.map(({ config, address }) => [config.name, address.port]))
  }

  /**
   * Begins to end: not ready any more, and each response says `Connection: close`; new connections are still taken, so
   * that nobody who has not heard of it yet is refused. Resolves when no connection is left, or after the drain time.
   */
  async drain(): Promise<void> {
    const { clock, drainMs } = this.#options
    this.#status.setFailing(true)
    this.#runtime.drain(drainMs)
    const deadline = clock.monotonic() + drainMs
    while (this.#runtime.activeConnections > 0 && clock.monotonic() < deadline) await sleep(clock, DRAIN_POLL_MS)
  }

  /** Ends everything at once, and writes out the logs. */
  async close(): Promise<void> {
    await this.#dynamic?.close()
    this.#manager.close()
    await this.#runtime.close()
    await this.#admin.close()
    await this.#sinks.close()
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
      onInitialized: () => this.#status.initialized(),
    })
  }

  #adminSubject(): AdminSubject {
    const { bootstrap, clock, drainMs, logger, memory, onQuit } = this.#options
    const views = runtimeViews(this.#runtime)
    return {
      bootstrap,
      manager: this.#manager,
      startedAtMs: this.#startedAtMs,
      views,
      version: VERSION,
      logger,
      memory,
      state: () => this.#status.state,
      uptimeMs: () => clock.monotonic() - this.#startedAt,
      stats: () => [...views.stats(), ...this.#serverStats()],
      istioMetrics: () => this.#istioStats.render(),
      drain: () => this.#runtime.drain(drainMs),
      setFailing: (failing) => this.#status.setFailing(failing),
      reopenLogs: () => this.#sinks.reopen(),
      quit: onQuit,
    }
  }

  #serverStats(): readonly Stat[] {
    return serverStats({
      manager: this.#manager,
      state: this.#status.state,
      connected: this.#dynamic?.connected ?? false,
      uptimeMs: this.#options.clock.monotonic() - this.#startedAt,
      listeners: this.#runtime.listeners.length,
      clusters: this.#runtime.clusters.length,
      droppedLogLines: this.#sinks.dropped,
      memory: this.#options.memory(),
    })
  }
}
