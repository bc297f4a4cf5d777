import type { ClusterView, EndpointView } from '../worker/snapshot.ts'

/** Envoy's `/clusters`: `cluster::address::name::value`, one a line. */
export function clustersText(clusters: readonly ClusterView[], isStatic: (name: string) => boolean): string {
  return clusters.map((cluster) => clusterLines(cluster, isStatic(cluster.config.name))).join('')
}

function clusterLines({ config, endpoints }: ClusterView, isStatic: boolean): string {
  const { name, limits } = config
  const lines = [
    `observability_name::${config.altStatName || name}`,
    `default_priority::max_connections::${limits.maxConnections}`,
    `default_priority::max_pending_requests::${limits.maxPendingRequests}`,
    `default_priority::max_requests::${limits.maxRequests}`,
    `default_priority::max_retries::${limits.maxRetries}`,
    `added_via_api::${!isStatic}`,
    ...endpoints.flatMap(endpointLines),
  ]
  return lines.map((line) => `${name}::${line}\n`).join('')
}

function endpointLines(endpoint: EndpointView): readonly string[] {
  const values: readonly (readonly [string, string | number])[] = [
    ...Object.entries({ ...endpoint.counters, ...endpoint.gauges }).sort(([a], [b]) => (a < b ? -1 : 1)),
    ['hostname', ''],
    ['health_flags', healthFlags(endpoint)],
    ['weight', endpoint.weight],
    ['region', endpoint.locality.region],
    ['zone', endpoint.locality.zone],
    ['sub_zone', endpoint.locality.subZone],
    ['canary', 'false'],
    ['priority', endpoint.priority],
    ['success_rate', -1],
    ['local_origin_success_rate', -1],
  ]
  return values.map(([name, value]) => `${endpoint.host}:${endpoint.port}::${name}::${value}`)
}

function healthFlags({ health }: EndpointView): string {
  if (health === 'healthy') return 'healthy'
  return health === 'degraded' ? '/degraded_eds_health' : '/failed_eds_health'
}

/** Envoy's `/clusters?format=json` (envoy.admin.v3.Clusters). */
export function clustersJson(clusters: readonly ClusterView[], isStatic: (name: string) => boolean): unknown {
  return {
    cluster_statuses: clusters.map(({ config, endpoints }) => ({
      name: config.name,
      ...(isStatic(config.name) ? {} : { added_via_api: true }),
      host_statuses: endpoints.map(hostStatus),
      circuit_breakers: {
        thresholds: [
          {
            max_connections: config.limits.maxConnections,
            max_pending_requests: config.limits.maxPendingRequests,
            max_requests: config.limits.maxRequests,
            max_retries: config.limits.maxRetries,
          },
        ],
      },
      observability_name: config.altStatName || config.name,
      ...(config.discovery === 'eds' ? { eds_service_name: config.edsServiceName } : {}),
    })),
  }
}

const EDS_HEALTH = { healthy: 'HEALTHY', unhealthy: 'UNHEALTHY', draining: 'DRAINING', degraded: 'DEGRADED' } as const

function hostStatus(endpoint: EndpointView): unknown {
  const { locality } = endpoint
  return {
    address: { socket_address: { address: endpoint.host, port_value: endpoint.port } },
    stats: [
      ...Object.entries(endpoint.counters).map(([name, value]) => ({ value: String(value), name })),
      ...Object.entries(endpoint.gauges).map(([name, value]) => ({ type: 'GAUGE', value: String(value), name })),
    ],
    health_status: { eds_health_status: EDS_HEALTH[endpoint.health] },
    weight: endpoint.weight,
    ...(endpoint.priority === 0 ? {} : { priority: endpoint.priority }),
    locality: {
      ...(locality.region === '' ? {} : { region: locality.region }),
      ...(locality.zone === '' ? {} : { zone: locality.zone }),
      ...(locality.subZone === '' ? {} : { sub_zone: locality.subZone }),
    },
  }
}
