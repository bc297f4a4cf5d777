import type { Cluster } from '../cluster/cluster.ts'
import type { Endpoint } from '../cluster/endpoint.ts'
import { counterStats, statusStats } from '../telemetry/counter-stats.ts'
import type { Stat } from '../telemetry/stat.ts'
import type { Runtime } from '../worker/runtime.ts'
import type { DataPlaneViews, EndpointView } from './views.ts'

/** The data plane as the admin interface shows it. */
export function runtimeViews(runtime: Runtime): DataPlaneViews {
  return {
    clusters: () =>
      runtime.clusters.map((cluster) => ({
        config: cluster.config,
        endpoints: [...cluster.endpoints].map(endpointView),
      })),
    listeners: () =>
      runtime.listeners.map(({ config, address }) => ({ config, host: address.host, port: address.port })),
    stats: () => [
      ...runtime.clusters.flatMap(clusterStats),
      ...[...runtime.httpStats].flatMap(([prefix, stats]) => counterStats('http', prefix, stats)),
      ...runtime.listeners.flatMap((listener): readonly Stat[] => {
        const owner = `${listener.address.host}:${listener.address.port}`
        return [
          { scope: 'listener', owner, name: 'downstream_cx_total', kind: 'counter', value: listener.connectionsTotal },
          { scope: 'listener', owner, name: 'downstream_cx_active', kind: 'gauge', value: listener.activeConnections },
        ]
      }),
    ],
  }
}

function clusterStats(cluster: Cluster): readonly Stat[] {
  const { altStatName, name } = cluster.config
  const owner = altStatName || name
  const all = [...cluster.endpoints]
  return [
    ...counterStats('cluster', owner, cluster.stats),
    ...statusStats('cluster', owner, 'upstream_rq', cluster.stats.upstreamRqByStatus),
    { scope: 'cluster', owner, name: 'membership_total', kind: 'gauge', value: all.length },
    {
      scope: 'cluster',
      owner,
      name: 'membership_healthy',
      kind: 'gauge',
      value: all.filter((endpoint) => endpoint.config.health === 'healthy').length,
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
