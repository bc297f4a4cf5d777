import { type Clock, formatError, type Logger, type Random } from '@mizzen/base'
import type { Cluster } from '../cluster/cluster.ts'
import { ClusterRegistry } from '../cluster/cluster-registry.ts'
import { Connector, type OpenSocket } from '../cluster/connector.ts'
import { DnsCaches } from '../cluster/dns-cache.ts'
import type { Resolve } from '../cluster/host-resolution.ts'
import { systemResolve } from '../cluster/system-resolve.ts'
import { systemSockets } from '../cluster/system-sockets.ts'
import type { DataPlane } from '../config/data-plane.ts'
import type { ClusterConfig, ListenerConfig, RouteConfig } from '../config/model.ts'
import type { Demand } from '../demand/demand.ts'
import { WaitingRequests } from '../demand/waiting-requests.ts'
import { DateHeader } from '../http/date-header.ts'
import { DeadlineWheel } from '../http/deadline-wheel.ts'
import { EventTurn } from '../http/event-turn.ts'
import { FieldNames } from '../http/field-names.ts'
import type { HttpStats } from '../http/http-stats.ts'
import { Http2Resources } from '../http/http2/http2-resources.ts'
import type { BoundSocket } from '../listener/bound-socket.ts'
import { ConnectionBudget } from '../listener/connection-budget.ts'
import type { DrainSettings, DrainStrategy } from '../listener/drain.ts'
import type { Listener } from '../listener/listener.ts'
import { ListenerCompiler } from '../listener/listener-compiler.ts'
import { type DrainScope, ListenerRegistry } from '../listener/listener-registry.ts'
import { RouteRegistry } from '../listener/route-registry.ts'
import { ServiceCompiler } from '../listener/service-compiler.ts'
import type { OverloadState } from '../overload/overload-state.ts'
import { RelayBuffers } from '../tcp/relay-buffers.ts'
import type { TcpStats } from '../tcp/tcp-stats.ts'
import type { LogStreamProvider, SinkProvider } from '../telemetry/access-log.ts'
import type { TcpStatsProvider } from '../telemetry/istio-tcp-stats.ts'
import type { PeerMetadata } from '../telemetry/peer-metadata.ts'
import type { StatsProvider } from '../telemetry/stats-recorder.ts'
import { type ContextCertificates, certificatesOf } from '../tls/certificate-view.ts'
import { checkSecret } from '../tls/check-secret.ts'
import { ClusterTransports } from '../tls/cluster-transports.ts'
import { ContextCache } from '../tls/context-cache.ts'
import { IdentityCache } from '../tls/identity-cache.ts'
import { SecretStore } from '../tls/secret-store.ts'
import type { TlsStats } from '../tls/tls-stats.ts'
import { LazyTracers, type TracerCounters } from '../tracing/lazy-tracers.ts'
import type { TracingSettings } from '../tracing/tracing-settings.ts'

/** Bytes that one read takes at most: one buffer serves all sockets of a runtime. */
const READ_BYTES = 64 * 1024
/** Time for connections to end after a drain without a time of its own, ms (Envoy's default `--drain-time-s` is 600 s). */
const DEFAULT_DRAIN_MS = 5_000

export interface RuntimeDeps {
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Opens the files that access logs go to. */
  readonly sinks: SinkProvider
  /** Streams that access logs go to; none by default. */
  readonly logStreams?: LogStreamProvider
  readonly stats: StatsProvider
  readonly tcpStats: TcpStatsProvider
  readonly peerMetadata: PeerMetadata
  /** Counts client connections; without a limit by default. */
  readonly connections?: ConnectionBudget
  /** Nothing is done about overload by default. */
  readonly overload?: OverloadState | undefined
  /** Who says what in traces; nobody by default. */
  readonly tracing?: TracingSettings | undefined
  /** Default `immediate`. */
  readonly drainStrategy?: DrainStrategy | undefined
  /** Real sockets and the system's resolver by default. */
  readonly openSocket?: OpenSocket
  readonly resolve?: Resolve
  /** A request waits for this; `answerDemand` must follow. Without it no request waits. */
  readonly onDemand?: (demand: Demand) => void
}

/**
 * A data plane: listeners, routes, clusters and endpoints come in as plain data, are compiled, and serve at once. One per
 * thread; it shares nothing with others. All of `put…` leave what was there serving if they throw.
 */
export interface Runtime extends DataPlane {
  /**
   * Adds a listener, or replaces the one of that name; resolves when it accepts. On the same address nothing is closed:
   * requests that begin from now on see the new configuration. Throws MizzenError `not-supported`, `bad-listener`,
   * `bad-format`, `bad-route`, …; rejects with `cannot-listen` (which is logged, so it need not be awaited).
   * @param bound see `ListenerRegistry.put`
   */
  putListener(config: ListenerConfig, bound?: BoundSocket): Promise<void>
  /** Stops accepting; connections end by themselves, idle ones within the drain time. */
  removeListener(name: string): void
  /** Throws MizzenError `not-supported`. */
  putCluster(config: ClusterConfig): void
  /** Throws MizzenError `bad-route`, `bad-regex`, `bad-format`, `bad-header`. */
  putRoutes(config: RouteConfig): void
  /** Listeners go on accepting, but say `Connection: close`; idle connections close within `withinMs` (default 5,000). */
  drain(withinMs?: number, scope?: DrainScope): void
  /** While a proxy is not healthy, each response ends its connection (not where listeners say otherwise). */
  setFailing(failing: boolean): void
  /** Closes the listening sockets for good; connections end as in `drain`. */
  stopListening(withinMs: number, scope?: DrainScope): void
  /** Closes everything at once. */
  close(): Promise<void>
  readonly listeners: readonly Listener[]
  readonly clusters: readonly Cluster[]
  readonly routes: readonly RouteConfig[]
  /** By statistics prefix. */
  readonly httpStats: ReadonlyMap<string, HttpStats>
  readonly tcpStats: ReadonlyMap<string, TcpStats>
  readonly tracers: TracerCounters
  /** Of each TLS context. */
  readonly certificates: readonly ContextCertificates[]
  /** Of a cluster; null = it has no TLS. */
  tlsStatsOf(cluster: string): TlsStats | null
  /** Counters of listener filters, by their prefix. */
  readonly listenerFilterStats: ReadonlyMap<string, object>
  readonly activeConnections: number
  readonly activeRequests: number
}

export function createRuntime(deps: RuntimeDeps): Runtime {
  const { logger } = deps
  const parts = assemble(deps)
  const {
    turn,
    wheel,
    tls,
    transports,
    clusters,
    dnsCaches,
    routes,
    waiting,
    services,
    compiler,
    listeners,
    tracing,
    drains,
  } = parts
  return {
    putListener(config, bound) {
      // As Envoy: who comes first must not find clusters whose names nobody has asked for yet.
      const opened = clusters.resolved()?.then(() => listeners.put(config, bound)) ?? listeners.put(config, bound)
      opened.catch((error: unknown) => logger.error('listener is not there', { error: formatError(error) }))
      return opened
    },
    removeListener: (name) => turn.run(() => listeners.remove(name)),
    putCluster: (config) => turn.run(() => clusters.put(config)),
    removeCluster: (name) => turn.run(() => clusters.remove(name)),
    putEndpoints: (config) => turn.run(() => clusters.putEndpoints(config)),
    putRoutes: (config) => routes.put(config),
    removeRoutes: (name) => routes.remove(name),
    putVirtualHost: (config) => routes.putVirtualHost(config),
    removeVirtualHost: (which) => routes.removeVirtualHost(which),
    answerDemand: (answer) => waiting.answer(answer),
    putSecret(config) {
      checkSecret(config)
      tls.secrets.put(config)
    },
    removeSecret: (key) => tls.secrets.remove(key),
    drain: (withinMs = DEFAULT_DRAIN_MS, scope = 'all') => turn.run(() => listeners.drain(withinMs, scope)),
    setFailing: (failing) => void (drains.failing = failing),
    stopListening: (withinMs, scope = 'all') => turn.run(() => listeners.stopListening(withinMs, scope)),
    async close() {
      const closed = turn.run(() => listeners.close())
      const told = tracing.finish(deps.clock, turn)
      if (told !== undefined) await told
      turn.run(() => clusters.close())
      dnsCaches.close()
      wheel.close()
      await closed
    },
    get listeners() {
      return listeners.all
    },
    get clusters() {
      return clusters.all
    },
    get routes() {
      return routes.all
    },
    httpStats: services.httpStats,
    tcpStats: services.tcpStats,
    get tracers() {
      return tracing.counters
    },
    get certificates() {
      const terminating = listeners.all.flatMap(({ compiled }) => compiled.chains.flatMap(({ tls }) => tls ?? []))
      return [...terminating, ...transports.all].map(certificatesOf)
    },
    tlsStatsOf: (cluster) => transports.stats(cluster),
    listenerFilterStats: compiler.filterStats,
    get activeConnections() {
      return listeners.all.reduce((sum, listener) => sum + listener.activeConnections, 0)
    },
    get activeRequests() {
      return [...services.httpStats.values()].reduce((sum, stats) => sum + stats.downstreamRqActive, 0)
    },
  }
}

/** What a runtime is made of, each part with those that it needs. */
function assemble(deps: RuntimeDeps) {
  const { clock, random, logger } = deps
  const report = (error: unknown) => logger.error('fault in handling an event', { error: stackOf(error) })
  const turn = new EventTurn(clock, report, setImmediate)
  const wheel = new DeadlineWheel(clock, turn)
  const names = new FieldNames()
  const http2 = new Http2Resources(turn, names)
  const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES)
  const tls = { secrets: new SecretStore(), identities: new IdentityCache(), contexts: new ContextCache(), logger }
  const transports = new ClusterTransports(tls)
  const openSocket = deps.openSocket ?? systemSockets(readBuffer)
  const connector = new Connector({ open: openSocket, turn, wheel, names, http2, transports, random })
  const resolve = deps.resolve ?? systemResolve
  const dnsCaches = new DnsCaches({ resolve, turn, wheel, logger, random })
  const clusters = new ClusterRegistry({ connector, transports, random, resolve, turn, wheel, logger, dnsCaches })
  const routes = new RouteRegistry(random)
  const nobody = ({ kind, name }: Demand) => waiting.answer({ kind, name, outcome: 'missing' })
  const waiting = new WaitingRequests(turn, deps.onDemand ?? nobody)
  const putCluster = (config: ClusterConfig) => turn.run(() => clusters.put(config))
  const tracing = new LazyTracers({ settings: deps.tracing, random, wheel, clusters, putCluster })
  const services = new ServiceCompiler({ ...deps, routes, clusters, dnsCaches, waiting, tracing })
  const compiler = new ListenerCompiler(services, tls)
  const date = new DateHeader(clock)
  const relayBuffers = new RelayBuffers(readBuffer)
  const connections = deps.connections ?? new ConnectionBudget(undefined, 0)
  const overload = deps.overload ?? null
  const drains: DrainSettings = { strategy: deps.drainStrategy ?? 'immediate', failing: false }
  const limits = { connections, overload, drains }
  const shared = { ...limits, turn, wheel, clock, random, names, http2, clusters, date, readBuffer, relayBuffers }
  const listeners = new ListenerRegistry(shared, compiler)
  return {
    turn,
    wheel,
    tls,
    transports,
    clusters,
    dnsCaches,
    routes,
    waiting,
    services,
    compiler,
    listeners,
    tracing,
    drains,
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
