import type { Cluster } from '../cluster/cluster.ts'
import type { Endpoint } from '../cluster/endpoint.ts'
import type { HttpStats } from '../http/http-stats.ts'
import type { Listener } from '../listener/listener.ts'
import { counterStats, statusStats } from '../telemetry/counter-stats.ts'
import type { Stat } from '../telemetry/stat.ts'
import { tlsStats } from '../telemetry/tls-stats.ts'
import type { TlsStats } from '../tls/tls-stats.ts'
import type { Runtime } from './runtime.ts'
import type { ClusterView, EndpointView, ListenerView } from './snapshot.ts'

export function clusterViews(runtime: Runtime): readonly ClusterView[] {
  return runtime.clusters.map((cluster) => ({
    config: cluster.config,
    endpoints: [...cluster.endpoints].map(endpointView),
  }))
}

export function listenerViews(runtime: Runtime): readonly ListenerView[] {
  return runtime.listeners.map(({ config, address }) => ({ config, host: address.host, port: address.port }))
}

/** @param worker the index of the worker that the runtime is in: listeners count what each worker accepts, too */
export function runtimeStats(runtime: Runtime, worker: number): readonly Stat[] {
  return [
    ...runtime.clusters.flatMap((cluster) => clusterStats(cluster, runtime.tlsStatsOf(cluster.config.name))),
    ...[...runtime.httpStats].flatMap(([prefix, stats]) => httpStats(prefix, stats)),
    ...[...runtime.tcpStats].flatMap(([prefix, stats]) => counterStats('tcp', prefix, stats)),
    ...[...runtime.listenerFilterStats].flatMap(([prefix, stats]) => counterStats(prefix, '', stats)),
    ...runtime.listeners.flatMap((listener) => listenerStats(listener, worker)),
    ...tracerStats(runtime),
    configured('cluster_manager', 'active_clusters', runtime.clusters.length),
    configured('listener_manager', 'total_listeners_active', runtime.listeners.length),
  ]
}

/** The same in every worker. */
function configured(scope: string, name: string, value: number): Stat {
  return { scope, owner: '', name, kind: 'gauge', value, shared: true }
}

/** Where nothing is traced they are not there, as in Envoy. */
function tracerStats({ tracers }: Runtime): readonly Stat[] {
  const { zipkin, openTelemetry } = tracers
  return [
    ...counterStats('tracing', 'zipkin', zipkin ?? {}),
    ...counterStats('tracing', 'opentelemetry', openTelemetry ?? {}),
  ]
}

function listenerStats(listener: Listener, worker: number): readonly Stat[] {
  const { address, config, stats, activeConnections } = listener
  const owner = `${address.host}:${address.port}`
  const active = { scope: 'listener', owner, kind: 'gauge', value: activeConnections } as const
  const total = { scope: 'listener', owner, kind: 'counter', value: stats.downstreamCxTotal } as const
  return [
    ...counterStats('listener', owner, stats),
    ...(config.filterChains.some(({ tls }) => tls !== undefined) ? tlsStats('listener', owner, stats.ssl) : []),
    { ...active, name: 'downstream_cx_active' },
    { ...active, name: `worker_${worker}.downstream_cx_active` },
    { ...total, name: `worker_${worker}.downstream_cx_total` },
  ]
}

function httpStats(owner: string, stats: HttpStats): readonly Stat[] {
  const completed = total(stats.downstreamRqByClass)
  const name = 'downstream_rq_completed'
  return [
    ...counterStats('http', owner, stats),
    ...counterStats('http', owner, stats.tracing ?? {}, 'tracing.'),
    { scope: 'http', owner, name, kind: 'counter', value: completed },
  ]
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Envoy's gauges of circuit breakers: 1 = nothing more of the kind may begin (of several workers: in how many). */
function circuitStats(owner: string, { circuit }: Cluster): readonly Stat[] {
  const { limits } = circuit
  const gauge = (name: string, open: boolean): Stat => {
    return { scope: 'cluster', owner, name: `circuit_breakers.default.${name}`, kind: 'gauge', value: open ? 1 : 0 }
  }
  return [
    gauge('cx_open', circuit.connections >= limits.maxConnections),
    gauge('rq_open', circuit.requests >= limits.maxRequests),
    gauge('rq_pending_open', circuit.pending >= limits.maxPendingRequests),
    gauge('rq_retry_open', circuit.retries >= limits.maxRetries),
  ]
}

function clusterStats(cluster: Cluster, ssl: TlsStats | null): readonly Stat[] {
  const { altStatName, name } = cluster.config
  const owner = altStatName || name
  const all = [...cluster.endpoints]
  return [
    ...counterStats('cluster', owner, cluster.stats),
    ...(ssl === null ? [] : tlsStats('cluster', owner, ssl)),
    ...statusStats('cluster', owner, 'upstream_rq', cluster.stats.upstreamRqByStatus),
    ...circuitStats(owner, cluster),
    {
      ...({ scope: 'cluster', owner, name: 'upstream_rq_completed', kind: 'counter' } as const),
      value: total(cluster.stats.upstreamRqByClass),
    },
    { scope: 'cluster', owner, name: 'membership_total', kind: 'gauge', value: all.length, shared: true },
    {
      scope: 'cluster',
      owner,
      name: 'membership_healthy',
      kind: 'gauge',
      value: all.filter((endpoint) => endpoint.config.health === 'healthy').length,
      shared: true,
    },
  ]
}

function endpointView(endpoint: Endpoint): EndpointView {
  const { config, stats, activeRequests } = endpoint
  return {
    host: config.address.host,
    port: config.address.port,
    health: config.health,
    weight: config.weight,
    priority: config.priority,
    locality: config.locality,
    counters: {
      cx_connect_fail: stats.cxConnectFail,
      cx_total: stats.cxTotal,
      rq_error: stats.rqError,
      rq_success: stats.rqSuccess,
      rq_timeout: stats.rqTimeout,
      rq_total: stats.rqTotal,
    },
    gauges: { cx_active: stats.cxActive, rq_active: activeRequests, rq_pending_active: 0 },
  }
}
