import type { Clock, Logger, Random } from '@mizzen/base'
import type { LogLevels } from '../admin/switched-logger.ts'
import type {
  ClusterConfig,
  DemandedVirtualHost,
  EndpointsConfig,
  ListenerConfig,
  RouteConfig,
} from '../config/model.ts'
import type { SecretConfig } from '../config/tls-model.ts'
import type { Demand, DemandAnswer } from '../demand/demand.ts'
import type { BoundSocket } from '../listener/bound-socket.ts'
import { ConnectionBudget, type ConnectionLimit } from '../listener/connection-budget.ts'
import type { DrainStrategy } from '../listener/drain.ts'
import type { DrainScope } from '../listener/listener-registry.ts'
import { OverloadState } from '../overload/overload-state.ts'
import { counterStats } from '../telemetry/counter-stats.ts'
import { IstioStats } from '../telemetry/istio-stats.ts'
import { IstioTcpStats } from '../telemetry/istio-tcp-stats.ts'
import type { LogFiles } from '../telemetry/log-files.ts'
import { createPeerMetadata, type NodeIdentity } from '../telemetry/peer-metadata.ts'
import { RouteStats } from '../telemetry/route-stats.ts'
import { LogStreams } from '../telemetry/stream/log-streams.ts'
import type { Streaming } from '../telemetry/stream/streaming.ts'
import type { TracingSettings } from '../tracing/tracing-settings.ts'
import { createRuntime, type Runtime } from './runtime.ts'
import { runtimeHistograms } from './runtime-histograms.ts'
import { clusterViews, listenerViews, runtimeStats } from './runtime-snapshot.ts'
import type { Snapshot } from './snapshot.ts'
import type { Workers } from './workers.ts'

export interface LocalWorkerOptions {
  /** Among all workers; the first is 0. */
  readonly index: number
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly node: NodeIdentity
  readonly connectionLimit?: ConnectionLimit | undefined
  /** Of `overloadMemory`; undefined = nothing is done about overload. */
  readonly overload?: SharedArrayBuffer | undefined
  /** Closed with the worker. */
  readonly logs: LogFiles
  readonly setLogLevels: (levels: LogLevels) => void
  /** What is streamed to services of the bootstrap; undefined = nothing. */
  readonly streaming?: Streaming | undefined
  /** See `RuntimeDeps`. */
  readonly tracing?: TracingSettings | undefined
  readonly drainStrategy?: DrainStrategy | undefined
  /** See `RuntimeDeps`. */
  readonly onDemand: (demand: Demand) => void
}

/** One data plane with its metrics and logs, in the thread that makes it. Everything is in use as soon as it was put. */
export class LocalWorker implements Workers {
  readonly concurrency = 1
  readonly #runtime: Runtime
  readonly #istio: IstioStats
  readonly #istioTcp: IstioTcpStats
  readonly #logs: LogFiles
  readonly #logStreams: LogStreams | undefined
  readonly setLogLevels: (levels: LogLevels) => void
  readonly #parts: { readonly [P in keyof Snapshot]: () => Snapshot[P] }

  constructor(options: LocalWorkerOptions) {
    const { clock, random, logger, logs, node, connectionLimit, onDemand, streaming, tracing, drainStrategy } = options
    const peerMetadata = createPeerMetadata(node)
    this.setLogLevels = options.setLogLevels
    this.#logs = logs
    const routes = streaming?.metrics === true ? new RouteStats() : undefined
    this.#istio = new IstioStats(peerMetadata.own, routes)
    this.#istioTcp = new IstioTcpStats(peerMetadata.own)
    const connections = new ConnectionBudget(connectionLimit, options.index)
    this.#logStreams = streaming && new LogStreams({ ...streaming, clock, random, logger })
    const sinks = { sinks: logs.provide, logStreams: this.#logStreams?.provide }
    const telemetry = { ...sinks, stats: this.#istio, tcpStats: this.#istioTcp, peerMetadata }
    const overload = options.overload && new OverloadState(options.overload)
    const wanted = { onDemand, tracing, drainStrategy }
    const runtime = createRuntime({ clock, random, logger, connections, overload, ...wanted, ...telemetry })
    this.#runtime = runtime
    this.#parts = {
      clusters: () => clusterViews(runtime),
      listeners: () => listenerViews(runtime),
      stats: () => [
        ...runtimeStats(runtime, options.index),
        ...counterStats('access_logs', 'grpc_access_log', this.#logStreams?.counters ?? {}),
      ],
      histograms: () => runtimeHistograms(runtime),
      certificates: () => runtime.certificates,
      istio: () => ({ http: this.#istio.all, tcp: this.#istioTcp.all, routes: routes?.all ?? [] }),
    }
  }

  putListener(config: ListenerConfig, bound?: BoundSocket): Promise<void> {
    return this.#runtime.putListener(config, bound)
  }

  removeListener(name: string): void {
    this.#runtime.removeListener(name)
  }

  putCluster(config: ClusterConfig): void {
    this.#runtime.putCluster(config)
  }

  removeCluster(name: string): void {
    this.#runtime.removeCluster(name)
  }

  putEndpoints(config: EndpointsConfig): void {
    this.#runtime.putEndpoints(config)
  }

  putRoutes(config: RouteConfig): void {
    this.#runtime.putRoutes(config)
  }

  removeRoutes(name: string): void {
    this.#runtime.removeRoutes(name)
  }

  putVirtualHost(config: DemandedVirtualHost): void {
    this.#runtime.putVirtualHost(config)
  }

  removeVirtualHost(which: Omit<DemandedVirtualHost, 'host'>): void {
    this.#runtime.removeVirtualHost(which)
  }

  answerDemand(answer: DemandAnswer): void {
    this.#runtime.answerDemand(answer)
  }

  putSecret(config: SecretConfig): void {
    this.#runtime.putSecret(config)
  }

  removeSecret(key: string): void {
    this.#runtime.removeSecret(key)
  }

  settled(): undefined {}

  drain(withinMs: number, scope: DrainScope): void {
    this.#runtime.drain(withinMs, scope)
  }

  setFailing(failing: boolean): void {
    this.#runtime.setFailing(failing)
  }

  stopListening(withinMs: number, scope: DrainScope): undefined {
    this.#runtime.stopListening(withinMs, scope)
  }

  activeConnections(): number {
    return this.#runtime.activeConnections
  }

  read<P extends keyof Snapshot>(part: P): Snapshot[P] {
    return this.#parts[part]()
  }

  reopenLogs(): void {
    this.#logs.reopen()
  }

  async close(): Promise<void> {
    await this.#runtime.close()
    await Promise.all([this.#logs.close(), this.#logStreams?.close()])
  }
}
