import { type Clock, formatError, type Logger, type Random } from '@mizzen/base'
import type { Cluster } from '../cluster/cluster.ts'
import { ClusterRegistry } from '../cluster/cluster-registry.ts'
import { Connector, type OpenSocket } from '../cluster/connector.ts'
import type { Resolve } from '../cluster/dns-resolution.ts'
import { systemResolve, systemSockets } from '../cluster/system-sockets.ts'
import type { DataPlane } from '../config/data-plane.ts'
import type { ClusterConfig, ListenerConfig, RouteConfig } from '../config/model.ts'
import { DateHeader } from '../http/date-header.ts'
import { DeadlineWheel } from '../http/deadline-wheel.ts'
import { EventTurn } from '../http/event-turn.ts'
import { FieldNames } from '../http/field-names.ts'
import type { HttpStats } from '../http/http-stats.ts'
import type { Listener } from '../listener/listener.ts'
import { ListenerRegistry } from '../listener/listener-registry.ts'
import { RouteRegistry } from '../listener/route-registry.ts'
import { ServiceCompiler } from '../listener/service-compiler.ts'
import type { SinkProvider } from '../telemetry/access-log.ts'
import type { PeerMetadata } from '../telemetry/peer-metadata.ts'
import type { StatsProvider } from '../telemetry/stats-recorder.ts'

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
  readonly stats: StatsProvider
  readonly peerMetadata: PeerMetadata
  /** Real sockets and the system's resolver by default. */
  readonly openSocket?: OpenSocket
  readonly resolve?: Resolve
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
   */
  putListener(config: ListenerConfig): Promise<void>
  /** Stops accepting; connections end by themselves, idle ones within the drain time. */
  removeListener(name: string): void
  /** Throws MizzenError `not-supported`. */
  putCluster(config: ClusterConfig): void
  /** Throws MizzenError `bad-route`, `bad-regex`, `bad-format`, `bad-header`. */
  putRoutes(config: RouteConfig): void
  /** Listeners go on accepting, but say `Connection: close`; idle connections close within `withinMs` (default 5,000). */
  drain(withinMs?: number): void
  /** Closes everything at once. */
  close(): Promise<void>
  readonly listeners: readonly Listener[]
  readonly clusters: readonly Cluster[]
  readonly routes: readonly RouteConfig[]
  /** By statistics prefix. */
  readonly httpStats: ReadonlyMap<string, HttpStats>
  readonly activeConnections: number
  readonly activeRequests: number
}

export function createRuntime(deps: RuntimeDeps): Runtime {
  const { clock, random, logger } = deps
  const turn = new EventTurn(clock, (error) => logger.error('fault in handling an event', { error: stackOf(error) }))
  const wheel = new DeadlineWheel(clock, turn)
  const names = new FieldNames()
  const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES)
  const connector = new Connector(deps.openSocket ?? systemSockets(readBuffer), turn, wheel, names)
  const resolve = deps.resolve ?? systemResolve
  const clusters = new ClusterRegistry({ connector, random, resolve, turn, wheel, logger })
  const routes = new RouteRegistry(random)
  const services = new ServiceCompiler({ ...deps, routes })
  const date = new DateHeader(clock)
  const listeners = new ListenerRegistry({ turn, wheel, clock, random, names, clusters, date, readBuffer }, services)
  return {
    putListener(config) {
      const opened = listeners.put(config)
      opened.catch((error: unknown) => logger.error('listener is not there', { error: formatError(error) }))
      return opened
    },
    removeListener: (name) => turn.run(() => listeners.remove(name)),
    putCluster: (config) => turn.run(() => clusters.put(config)),
    removeCluster: (name) => turn.run(() => clusters.remove(name)),
    putEndpoints: (config) => turn.run(() => clusters.putEndpoints(config)),
    putRoutes: (config) => routes.put(config),
    removeRoutes: (name) => routes.remove(name),
    drain: (withinMs = DEFAULT_DRAIN_MS) => turn.run(() => listeners.drain(withinMs)),
    async close() {
      const closed = turn.run(() => listeners.close())
      turn.run(() => clusters.close())
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
    get activeConnections() {
      return listeners.all.reduce((sum, listener) => sum + listener.activeConnections, 0)
    },
    get activeRequests() {
      return [...services.httpStats.values()].reduce((sum, stats) => sum + stats.downstreamRqActive, 0)
    },
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
