import { formatError } from '@mizzen/base'
import type { Cluster } from '../cluster/cluster.ts'
import type { DataPlane } from '../config/data-plane.ts'
import type { ClusterConfig, ListenerConfig, RouteConfig } from '../config/model.ts'
import type { HttpStats } from '../http/http-stats.ts'
import type { BoundSocket } from '../listener/bound-socket.ts'
import type { Listener } from '../listener/listener.ts'
import type { DrainScope } from '../listener/listener-registry.ts'
import type { TcpStats } from '../tcp/tcp-stats.ts'
import { type ContextCertificates, certificatesOf } from '../tls/certificate-view.ts'
import { checkSecret } from '../tls/check-secret.ts'
import type { TlsStats } from '../tls/tls-stats.ts'
import type { TracerCounters } from '../tracing/lazy-tracers.ts'
import { assembleRuntime, type RuntimeDeps } from './runtime-parts.ts'

/** Time for connections to end after a drain without a time of its own, ms (Envoy's default `--drain-time-s` is 600 s). */
const DEFAULT_DRAIN_MS = 5_000

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
  const parts = assembleRuntime(deps)
  return {
    putListener(config, bound) {
      // As Envoy: who comes first must not find clusters whose names nobody has asked for yet.
      const opened =
        parts.clusters.resolved()?.then(() => parts.listeners.put(config, bound)) ?? parts.listeners.put(config, bound)
      opened.catch((error: unknown) => deps.logger.error('listener is not there', { error: formatError(error) }))
      return opened
    },
    removeListener: (name) => parts.turn.run(() => parts.listeners.remove(name)),
    putCluster: (config) => parts.turn.run(() => parts.clusters.put(config)),
    removeCluster: (name) => parts.turn.run(() => parts.clusters.remove(name)),
    putEndpoints: (config) => parts.turn.run(() => parts.clusters.putEndpoints(config)),
    putRoutes: (config) => parts.routes.put(config),
    removeRoutes: (name) => parts.routes.remove(name),
    putVirtualHost: (config) => parts.routes.putVirtualHost(config),
    removeVirtualHost: (which) => parts.routes.removeVirtualHost(which),
    answerDemand: (answer) => parts.waiting.answer(answer),
    putSecret(config) {
      checkSecret(config)
      parts.tls.secrets.put(config)
    },
    removeSecret: (key) => parts.tls.secrets.remove(key),
    drain: (withinMs = DEFAULT_DRAIN_MS, scope = 'all') => parts.turn.run(() => parts.listeners.drain(withinMs, scope)),
    setFailing: (failing) => void (parts.drains.failing = failing),
    stopListening: (withinMs, scope = 'all') => parts.turn.run(() => parts.listeners.stopListening(withinMs, scope)),
    async close() {
      const closed = parts.turn.run(() => parts.listeners.close())
      const told = parts.tracing.finish(deps.clock, parts.turn)
      if (told !== undefined) await told
      parts.turn.run(() => parts.clusters.close())
      parts.dnsCaches.close()
      parts.wheel.close()
      await closed
    },
    get listeners() {
      return parts.listeners.all
    },
    get clusters() {
      return parts.clusters.all
    },
    get routes() {
      return parts.routes.all
    },
    httpStats: parts.services.httpStats,
    tcpStats: parts.services.tcpStats,
    get tracers() {
      return parts.tracing.counters
    },
    get certificates() {
      const terminating = parts.listeners.all.flatMap(({ compiled }) => compiled.chains.flatMap(({ tls }) => tls ?? []))
      return [...terminating, ...parts.transports.all].map(certificatesOf)
    },
    tlsStatsOf: (cluster) => parts.transports.stats(cluster),
    listenerFilterStats: parts.compiler.filterStats,
    get activeConnections() {
      return parts.listeners.all.reduce((sum, listener) => sum + listener.activeConnections, 0)
    },
    get activeRequests() {
      return [...parts.services.httpStats.values()].reduce((sum, stats) => sum + stats.downstreamRqActive, 0)
    },
  }
}
