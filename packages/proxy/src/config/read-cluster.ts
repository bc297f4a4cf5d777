import type { ConfigNode } from './config-node.ts'
import type { CircuitLimits, ClusterConfig } from './model.ts'
import { readDiscovery } from './read-discovery.ts'
import { readEndpoints } from './read-endpoints.ts'
import { readClusterTransport, readTransportSocketMatch } from './read-transport-socket.ts'
import { readUpstreamProtocol } from './read-upstream-protocol.ts'
import { readConfigSource, readMetadata } from './read-values.ts'

const BALANCERS = {
  ROUND_ROBIN: 'round-robin',
  LEAST_REQUEST: 'least-request',
  RING_HASH: 'ring-hash',
  RANDOM: 'random',
  MAGLEV: 'maglev',
  CLUSTER_PROVIDED: 'cluster-provided',
} as const

const CONNECT_TIMEOUT_MS = 5000

/** envoy.config.cluster.v3.Cluster. */
export function readCluster(node: ConfigNode): ClusterConfig {
  ignoreWithoutEffect(node)
  const name = node.requiredString('name')
  const discovery = readDiscovery(node)
  return {
    name,
    altStatName: node.string('alt_stat_name'),
    ...discovery,
    ...readEds(node, name),
    endpoints: node.child('load_assignment', readEndpoints),
    balancer: node.enumeration('lb_policy', BALANCERS),
    choiceCount: node.child('least_request_lb_config', readChoiceCount) ?? 2,
    connectTimeoutMs: node.duration('connect_timeout') ?? CONNECT_TIMEOUT_MS,
    limits: readLimits(node),
    panicThreshold: node.child('common_lb_config', readPanicThreshold) ?? 50,
    ...readUpstreamProtocol(node),
    keepAliveMs: node.child('upstream_connection_options', readKeepAlive),
    bindSource: node.child('upstream_bind_config', readBindSource),
    ...readClusterTransport(node),
    transportSocketMatches: node.list('transport_socket_matches', readTransportSocketMatch),
    metadata: node.child('metadata', readMetadata) ?? {},
  }
}

/** Statistics, and buffer sizes (ours are bounded anyway). */
function ignoreWithoutEffect(node: ConfigNode): void {
  node.ignore(
    'per_connection_buffer_limit_bytes',
    'track_cluster_stats',
    'track_timeout_budgets',
    'wait_for_warm_on_init',
    'ignore_health_on_host_removal',
    'close_connections_on_host_health_failure',
  )
}

function readEds(node: ConfigNode, clusterName: string): Pick<ClusterConfig, 'edsServiceName' | 'edsTimeoutMs'> {
  const eds = node.child('eds_cluster_config', (config) => ({
    edsTimeoutMs: config.child('eds_config', readConfigSource),
    edsServiceName: config.string('service_name') || clusterName,
  }))
  return eds ?? { edsServiceName: clusterName }
}

function readChoiceCount(node: ConfigNode): number {
  // Applies where weights differ; all weights are heeded without a bias here.
  node.ignore('active_request_bias', 'slow_start_config', 'enable_full_scan')
  return node.count('choice_count', 2)
}

function readPanicThreshold(node: ConfigNode): number {
  node.ignore('update_merge_window', 'ignore_new_hosts_until_first_hc', 'close_connections_on_host_set_change')
  // Without locality weights both leave the endpoints' own weights to decide.
  node.child('locality_weighted_lb_config', (config) => config.ignoreAll())
  return node.child('healthy_panic_threshold', (percent) => percent.number('value', 0)) ?? 50
}

const DEFAULT_LIMITS: CircuitLimits = {
  maxConnections: 1024,
  maxPendingRequests: 1024,
  maxRequests: 1024,
  maxRetries: 3,
}

/** Requests of one priority only: routes that ask for another one are refused. */
function readLimits(node: ConfigNode): CircuitLimits {
  return node.child('circuit_breakers', readBreakers) ?? DEFAULT_LIMITS
}

function readBreakers(node: ConfigNode): CircuitLimits {
  const thresholds = node.list('thresholds', readThreshold)
  const perHost = node.list('per_host_thresholds', readPerHost)
  const limits = thresholds.find((threshold) => threshold.priority === 'default')?.limits ?? DEFAULT_LIMITS
  const maxConnectionsPerHost = perHost.find((threshold) => threshold.priority === 'default')?.maxConnections
  return maxConnectionsPerHost === undefined ? limits : { ...limits, maxConnectionsPerHost }
}

const PRIORITIES = { DEFAULT: 'default', HIGH: 'high' } as const
type Priority = (typeof PRIORITIES)[keyof typeof PRIORITIES]

function readThreshold(node: ConfigNode): { readonly priority: Priority; readonly limits: CircuitLimits } {
  node.ignore('track_remaining', 'max_connection_pools')
  const retryBudget = node.child('retry_budget', readRetryBudget)
  const limits = {
    maxConnections: node.count('max_connections', DEFAULT_LIMITS.maxConnections),
    maxPendingRequests: node.count('max_pending_requests', DEFAULT_LIMITS.maxPendingRequests),
    maxRequests: node.count('max_requests', DEFAULT_LIMITS.maxRequests),
    maxRetries: node.count('max_retries', DEFAULT_LIMITS.maxRetries),
  }
  const priority = node.enumeration('priority', PRIORITIES)
  return { priority, limits: retryBudget === undefined ? limits : { ...limits, retryBudget } }
}

/** Only the number of connections can be limited by endpoint, as in Envoy. */
function readPerHost(node: ConfigNode): { readonly priority: Priority; readonly maxConnections: number | undefined } {
  return { priority: node.enumeration('priority', PRIORITIES), maxConnections: node.optionalCount('max_connections') }
}

/** Envoy's defaults: a fifth of the requests, and always three. */
function readRetryBudget(node: ConfigNode): CircuitLimits['retryBudget'] {
  return {
    percent: node.child('budget_percent', (percent) => percent.number('value', 0)) ?? 20,
    minConcurrency: node.count('min_retry_concurrency', 3),
  }
}

/** Linux's own default is two hours; probes and their interval are the system's. */
const KEEPALIVE_MS = 7_200_000

/** Silence before the kernel probes the peer, ms; undefined = it does not. */
function readKeepAlive(node: ConfigNode): number | undefined {
  node.ignore('set_local_interface_name_on_upstream_connections', 'happy_eyeballs_config')
  return node.child('tcp_keepalive', (keepalive) => {
    keepalive.ignore('keepalive_probes', 'keepalive_interval')
    return keepalive.count('keepalive_time', KEEPALIVE_MS / 1000) * 1000
  })
}

function readBindSource(node: ConfigNode): string | undefined {
  return node.child('source_address', (source) => {
    source.enumeration('protocol', { TCP: true })
    source.ignore('port_value')
    return source.requiredString('address')
  })
}
