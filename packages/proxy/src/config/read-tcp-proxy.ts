import type { ConfigNode } from './config-node.ts'
import type { TcpProxyConfig } from './model.ts'
import { readAccessLog } from './read-access-log.ts'

export const TCP_PROXY_TYPE = 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'

const IDLE_TIMEOUT_MS = 3_600_000

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, without what the filters before it decide. */
export function readTcpProxy(node: ConfigNode): Omit<TcpProxyConfig, 'clusterFromServerName' | 'reporters'> {
  return {
    statPrefix: node.requiredString('stat_prefix'),
    clusters: readClusters(node),
    idleTimeoutMs: node.duration('idle_timeout') ?? IDLE_TIMEOUT_MS,
    maxDurationMs: node.duration('max_downstream_connection_duration') ?? 0,
    maxConnectAttempts: node.count('max_connect_attempts', 1) || 1,
    accessLogs: node.list('access_log', readAccessLog),
  }
}

function readClusters(node: ConfigNode): TcpProxyConfig['clusters'] {
  const name = node.optionalString('cluster')
  if (name !== undefined) return [{ name, weight: 1 }]
  const weighted = node.child('weighted_clusters', (list) => list.list('clusters', readWeighted))
  if (weighted === undefined || weighted.length === 0) {
    throw node.error('bad-config', 'needs a cluster, or weighted_clusters that are not empty', 'cluster')
  }
  return weighted
}

function readWeighted(node: ConfigNode): TcpProxyConfig['clusters'][number] {
  const weight = node.count('weight', 0)
  if (weight === 0) throw node.error('bad-config', 'must be at least 1', 'weight')
  return { name: node.requiredString('name'), weight }
}
