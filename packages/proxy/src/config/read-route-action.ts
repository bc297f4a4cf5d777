import type { ConfigNode } from './config-node.ts'
import type { HashPolicy, RegexRewrite, RouteAction, StreamDurationConfig, WeightedCluster } from './model.ts'
import { readHeaderMutations } from './read-header-mutations.ts'
import { readRetry } from './read-retry.ts'
import { readRegex, readRuntimeFraction } from './read-values.ts'

/** Envoy's default for a whole exchange. */
const TIMEOUT_MS = 15_000

const NOT_FOUND_STATUS = { SERVICE_UNAVAILABLE: 503, NOT_FOUND: 404, INTERNAL_SERVER_ERROR: 500 } as const

/** envoy.config.route.v3.RouteAction. */
export function readRouteAction(node: ConfigNode): RouteAction {
  node.enumeration('priority', { DEFAULT: true })
  const upgrades = node.list('upgrade_configs', readUpgrade).filter(({ enabled }) => enabled)
  // Stats only, or in force only with filters that are refused by themselves.
  node.ignore('include_vh_rate_limits')
  return {
    kind: 'route',
    clusters: readClusters(node),
    clusterHeader: node.optionalString('cluster_header')?.toLowerCase(),
    clusterNotFoundStatus: node.enumeration('cluster_not_found_response_code', NOT_FOUND_STATUS),
    prefixRewrite: node.optionalString('prefix_rewrite'),
    regexRewrite: node.child('regex_rewrite', readRegexRewrite),
    hostRewrite: readHostRewrite(node),
    appendXForwardedHost: node.boolean('append_x_forwarded_host'),
    timeoutMs: node.duration('timeout') ?? TIMEOUT_MS,
    idleTimeoutMs: node.duration('idle_timeout'),
    maxGrpcTimeoutMs: node.duration('max_grpc_timeout'),
    grpcTimeoutOffsetMs: node.duration('grpc_timeout_offset'),
    maxStreamDuration: node.child('max_stream_duration', readStreamDuration),
    retry: node.child('retry_policy', readRetry),
    mirrors: node.list('request_mirror_policies', readMirror),
    hashPolicies: node.list('hash_policy', readHashPolicy),
    upgrades: upgrades.map(({ type }) => type),
    terminatesConnect: upgrades.some(({ terminates }) => terminates),
  }
}

/** envoy.type.matcher.v3.RegexMatchAndSubstitute. */
export function readRegexRewrite(node: ConfigNode): RegexRewrite {
  return { regex: node.child('pattern', readRegex) ?? '', substitution: node.string('substitution') }
}

function readStreamDuration(node: ConfigNode): StreamDurationConfig {
  return {
    maxMs: node.duration('max_stream_duration'),
    grpcHeaderMaxMs: node.duration('grpc_timeout_header_max'),
    grpcHeaderOffsetMs: node.duration('grpc_timeout_header_offset'),
  }
}

function readClusters(node: ConfigNode): readonly WeightedCluster[] {
  if (node.has('cluster')) {
    return [{ name: node.string('cluster'), weight: 1, headers: { request: [], response: [] } }]
  }
  const clusters = node.child('weighted_clusters', (weighted) => {
    weighted.ignore('total_weight', 'runtime_key_prefix')
    return weighted.list('clusters', readWeightedCluster)
  })
  if (clusters !== undefined) {
    if (!clusters.some((cluster) => cluster.weight > 0)) {
      throw node.error('bad-config', 'the weights must not all be 0', 'weighted_clusters')
    }
    return clusters
  }
  if (node.has('cluster_header')) return []
  throw node.error('unsupported-config', 'needs one of cluster, weighted_clusters, cluster_header')
}

function readWeightedCluster(node: ConfigNode): WeightedCluster {
  return {
    name: node.requiredString('name'),
    weight: node.count('weight', 0),
    headers: readHeaderMutations(node),
    hostRewriteLiteral: node.optionalString('host_rewrite_literal'),
  }
}

function readHostRewrite(node: ConfigNode): RouteAction['hostRewrite'] {
  const literal = node.optionalString('host_rewrite_literal')
  if (literal !== undefined) return { kind: 'literal', value: literal }
  if (node.boolean('auto_host_rewrite')) return { kind: 'auto' }
  const header = node.optionalString('host_rewrite_header')
  return header === undefined ? undefined : { kind: 'header', value: header.toLowerCase() }
}

function readMirror(node: ConfigNode): RouteAction['mirrors'][number] {
  // Whether the copy is traced is for tracing to heed.
  node.ignore('trace_sampled')
  return { cluster: node.requiredString('cluster'), fraction: node.child('runtime_fraction', readRuntimeFraction) }
}

interface Upgrade {
  readonly type: string
  readonly enabled: boolean
  /** CONNECT ends here, and its bytes go to the cluster as they are. */
  readonly terminates: boolean
}

function readUpgrade(node: ConfigNode): Upgrade {
  const type = node.requiredString('upgrade_type').toLowerCase()
  const terminates = node.child('connect_config', () => true) ?? false
  if (terminates && type !== 'connect') throw node.error('bad-config', 'is for CONNECT only', 'connect_config')
  return { type, enabled: node.boolean('enabled', true), terminates }
}

function readHashPolicy(node: ConfigNode): HashPolicy {
  const terminal = node.boolean('terminal')
  const policy =
    node.child('header', (header) => ({
      kind: 'header' as const,
      name: header.requiredString('header_name').toLowerCase(),
    })) ??
    node.child('cookie', (cookie) => ({
      kind: 'cookie' as const,
      name: cookie.requiredString('name'),
      ttlMs: cookie.duration('ttl'),
      path: cookie.string('path'),
    })) ??
    node.child('connection_properties', readSourceIp) ??
    node.child('query_parameter', (query) => ({ kind: 'query' as const, name: query.requiredString('name') }))
  if (policy === undefined)
    throw node.error('unsupported-config', 'needs one of header, cookie, connection_properties, query_parameter')
  return { ...policy, terminal }
}

function readSourceIp(node: ConfigNode): { readonly kind: 'source-ip' } {
  if (!node.boolean('source_ip')) throw node.error('unsupported-config', 'only source_ip is supported')
  return { kind: 'source-ip' }
}
