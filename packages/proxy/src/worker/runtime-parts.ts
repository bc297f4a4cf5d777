import type { Clock, Logger, Random } from '@mizzen/base'
import { ClusterRegistry } from '../cluster/cluster-registry.ts'
import { Connector, type OpenSocket } from '../cluster/connector.ts'
import { DnsCaches } from '../cluster/dns-cache.ts'
import type { Resolve } from '../cluster/host-resolution.ts'
import { systemResolve } from '../cluster/system-resolve.ts'
import { systemSockets } from '../cluster/system-sockets.ts'
import type { ClusterConfig } from '../config/model.ts'
import type { Demand } from '../demand/demand.ts'
import { WaitingRequests } from '../demand/waiting-requests.ts'
import { DateHeader } from '../http/date-header.ts'
import { DeadlineWheel } from '../http/deadline-wheel.ts'
import { EventTurn } from '../http/event-turn.ts'
import { FieldNames } from '../http/field-names.ts'
import { Http2Resources } from '../http/http2/http2-resources.ts'
import { LocalAddress } from '../http/local-address.ts'
import { ConnectionBudget } from '../listener/connection-budget.ts'
import type { DrainSettings, DrainStrategy } from '../listener/drain.ts'
import { ListenerCompiler } from '../listener/listener-compiler.ts'
import { ListenerRegistry } from '../listener/listener-registry.ts'
import { RouteRegistry } from '../listener/route-registry.ts'
import { ServiceCompiler } from '../listener/service-compiler.ts'
import type { OverloadState } from '../overload/overload-state.ts'
import { RelayBuffers } from '../tcp/relay-buffers.ts'
import type { LogStreamProvider, SinkProvider } from '../telemetry/access-log.ts'
import type { TcpStatsProvider } from '../telemetry/istio-tcp-stats.ts'
import type { PeerMetadata } from '../telemetry/peer-metadata.ts'
import type { StatsProvider } from '../telemetry/stats-recorder.ts'
import { ClusterTransports } from '../tls/cluster-transports.ts'
import { ContextCache } from '../tls/context-cache.ts'
import { IdentityCache } from '../tls/identity-cache.ts'
import { SecretStore } from '../tls/secret-store.ts'
import { LazyTracers } from '../tracing/lazy-tracers.ts'
import type { TracingSettings } from '../tracing/tracing-settings.ts'

/** Bytes that one read takes at most: one buffer serves all sockets of a runtime. */
const READ_BYTES = 64 * 1024

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

/** Puts a runtime together: each part with those that it needs. */
export function assembleRuntime(deps: RuntimeDeps) {
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
  const localAddress = new LocalAddress()
  const tracing = new LazyTracers({ settings: deps.tracing, random, wheel, clusters, putCluster, localAddress })
  const services = new ServiceCompiler({ ...deps, routes, clusters, dnsCaches, waiting, tracing })
  const compiler = new ListenerCompiler(services, tls)
  const date = new DateHeader(clock)
  const relayBuffers = new RelayBuffers(readBuffer)
  const connections = deps.connections ?? new ConnectionBudget(undefined, 0)
  const overload = deps.overload ?? null
  const drains: DrainSettings = { strategy: deps.drainStrategy ?? 'immediate', failing: false }
  const limits = { connections, overload, drains }
  const shared = { ...limits, turn, wheel, clock, random, names, http2, clusters, localAddress, date }
  const listeners = new ListenerRegistry({ ...shared, readBuffer, relayBuffers }, compiler)
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
