import type { ConfigNode } from './config-node.ts'
import type { CircuitLimits, ClusterConfig } from './model.ts'
import { readEndpoints } from './read-endpoints.ts'
import { readConfigSource, readMetadata, readPlaintext } from './read-values.ts'

const DISCOVERY = {
  STATIC: 'static',
  STRICT_DNS: 'strict-dns',
  LOGICAL_DNS: 'logical-dns',
  EDS: 'eds',
  ORIGINAL_DST: 'original-dst',
} as const

const BALANCERS = {
  ROUND_ROBIN: 'round-robin',
  LEAST_REQUEST: 'least-request',
  RING_HASH: 'ring-hash',
  RANDOM: 'random',
  MAGLEV: 'maglev',
  CLUSTER_PROVIDED: 'cluster-provided',
} as const

const CONNECT_TIMEOUT_MS = 5000
const IDLE_TIMEOUT_MS = 3_600_000

/** envoy.config.cluster.v3.Cluster. */
export function readCluster(node: ConfigNode): ClusterConfig {
  ignoreWithoutEffect(node)
  readPlaintext(node, 'transport_socket')
  const name = node.requiredString('name')
  const protocol = readProtocol(node)
  const discovery = node.enumeration('type', DISCOVERY)
  return {
    name,
    altStatName: node.string('alt_stat_name'),
    discovery,
    ...readEds(node, name),
    endpoints: node.child('load_assignment', readEndpoints),
    balancer: node.enumeration('lb_policy', BALANCERS),
    choiceCount: node.child('least_request_lb_config', readChoiceCount) ?? 2,
    connectTimeoutMs: node.duration('connect_timeout') ?? CONNECT_TIMEOUT_MS,
    limits: readLimits(node),
    panicThreshold: node.child('common_lb_config', readPanicThreshold) ?? 50,
    protocol: protocol.protocol,
    idleTimeoutMs: protocol.idleTimeoutMs,
    maxRequestsPerConnection: node.count('max_requests_per_connection', 0) || protocol.maxRequestsPerConnection,
    bindSource: node.child('upstream_bind_config', readBindSource),
    metadata: node.child('metadata', readMetadata) ?? {},
  }
}

/** Statistics, TCP keepalive, buffer sizes (ours are bounded anyway), and how DNS answers are asked for. */
function ignoreWithoutEffect(node: ConfigNode): void {
  node.ignore(
    'per_connection_buffer_limit_bytes',
    'upstream_connection_options',
    'track_cluster_stats',
    'track_timeout_budgets',
    'cleanup_interval',
    'dns_refresh_rate',
    'dns_failure_refresh_rate',
    'respect_dns_ttl',
    'dns_lookup_family',
    'use_tcp_for_dns_lookups',
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

function readLimits(node: ConfigNode): CircuitLimits {
  const thresholds = node.child('circuit_breakers', (breakers) => breakers.list('thresholds', readThreshold)) ?? []
  return thresholds.find((threshold) => threshold.priority === 'default')?.limits ?? DEFAULT_LIMITS
}

function readThreshold(node: ConfigNode): { readonly priority: 'default' | 'high'; readonly limits: CircuitLimits } {
  node.ignore('track_remaining', 'max_connection_pools')
  return {
    priority: node.enumeration('priority', { DEFAULT: 'default', HIGH: 'high' } as const),
    limits: {
      maxConnections: node.count('max_connections', DEFAULT_LIMITS.maxConnections),
      maxPendingRequests: node.count('max_pending_requests', DEFAULT_LIMITS.maxPendingRequests),
      maxRequests: node.count('max_requests', DEFAULT_LIMITS.maxRequests),
      maxRetries: node.count('max_retries', DEFAULT_LIMITS.maxRetries),
    },
  }
}

function readBindSource(node: ConfigNode): string | undefined {
  return node.child('source_address', (source) => {
    source.enumeration('protocol', { TCP: true })
    source.ignore('port_value')
    return source.requiredString('address')
  })
}

type Protocol = Pick<ClusterConfig, 'protocol' | 'idleTimeoutMs' | 'maxRequestsPerConnection'>

const PROTOCOL_OPTIONS_TYPE = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'

/** `typed_extension_protocol_options`, or the older fields of the cluster itself. */
function readProtocol(node: ConfigNode): Protocol {
  const older = readOlderProtocol(node)
  const given = node.entries('typed_extension_protocol_options', (_name, options) =>
    options.asTyped({ [PROTOCOL_OPTIONS_TYPE]: readProtocolOptions }),
  )
  return given[0] ?? older
}

function readOlderProtocol(node: ConfigNode): Protocol {
  const common = node.child('common_http_protocol_options', readCommonOptions)
  const http2 = node.child('http2_protocol_options', (options) => options.ignoreAll() === undefined)
  node.child('http_protocol_options', (options) => options.ignoreAll())
  return { ...(common ?? NO_OPTIONS), protocol: http2 === true ? 'http2' : 'http1' }
}

const NO_OPTIONS = { idleTimeoutMs: IDLE_TIMEOUT_MS, maxRequestsPerConnection: 0 }

function readProtocolOptions(node: ConfigNode): Protocol {
  const common = node.child('common_http_protocol_options', readCommonOptions)
  const explicit = node.child('explicit_http_config', (config) => {
    if (config.child('http2_protocol_options', (options) => options.ignoreAll() === undefined)) return 'http2' as const
    config.child('http_protocol_options', (options) => options.ignoreAll())
    return 'http1' as const
  })
  const downstream = node.child('use_downstream_protocol_config', (config) => {
    config.child('http_protocol_options', (options) => options.ignoreAll())
    config.child('http2_protocol_options', (options) => options.ignoreAll())
    return 'downstream' as const
  })
  return { ...(common ?? NO_OPTIONS), protocol: explicit ?? downstream ?? 'http1' }
}

function readCommonOptions(node: ConfigNode): typeof NO_OPTIONS {
  return {
    idleTimeoutMs: node.duration('idle_timeout') ?? IDLE_TIMEOUT_MS,
    maxRequestsPerConnection: node.count('max_requests_per_connection', 0),
  }
}
