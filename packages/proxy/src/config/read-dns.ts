import type { ConfigNode } from './config-node.ts'
import type { DnsCacheConfig, DnsConfig } from './model.ts'

const FAMILIES = {
  AUTO: 'auto',
  V4_ONLY: 'v4-only',
  V6_ONLY: 'v6-only',
  V4_PREFERRED: 'v4-preferred',
  ALL: 'all',
} as const

/** Envoy's defaults, ms. */
const CLUSTER_REFRESH_MS = 5_000
const CACHE_REFRESH_MS = 60_000
const MIN_REFRESH_MS = 5_000
const HOST_TTL_MS = 300_000
const QUERY_TIMEOUT_MS = 5_000
const MAX_HOSTS = 1024
const MAX_PENDING = 1024

/** How a DNS cluster asks; the fields stand in the cluster itself. */
export function readClusterDns(node: ConfigNode): DnsConfig {
  // Questions go to the system's resolver, which decides how it asks; a bit of jitter is in failures anyway.
  node.ignore('use_tcp_for_dns_lookups', 'typed_dns_resolver_config', 'dns_jitter')
  return { ...readQuestions(node, CLUSTER_REFRESH_MS), respectTtl: node.boolean('respect_dns_ttl') }
}

function readQuestions(node: ConfigNode, defaultMs: number): Omit<DnsConfig, 'respectTtl'> {
  const refreshMs = node.duration('dns_refresh_rate') ?? defaultMs
  if (refreshMs < 1) throw node.error('bad-config', 'must be at least 1 ms', 'dns_refresh_rate')
  return {
    family: node.enumeration('dns_lookup_family', FAMILIES),
    refreshMs,
    failureRefresh: node.child('dns_failure_refresh_rate', readFailureRefresh) ?? {
      baseMs: refreshMs,
      maxMs: refreshMs * 10,
    },
  }
}

function readFailureRefresh(node: ConfigNode): DnsConfig['failureRefresh'] {
  const baseMs = node.duration('base_interval') ?? 0
  if (baseMs < 1) throw node.error('bad-config', 'must be at least 1 ms', 'base_interval')
  const maxMs = node.duration('max_interval') ?? baseMs * 10
  if (maxMs < baseMs) throw node.error('bad-config', 'must not be less than base_interval', 'max_interval')
  return { baseMs, maxMs }
}

/** envoy.extensions.common.dynamic_forward_proxy.v3.DnsCacheConfig. Its answers hold for as long as they say. */
export function readDnsCache(node: ConfigNode): DnsCacheConfig {
  node.ignore('use_tcp_for_dns_lookups', 'typed_dns_resolver_config')
  return {
    name: node.requiredString('name'),
    dns: { ...readQuestions(node, CACHE_REFRESH_MS), respectTtl: true },
    minRefreshMs: node.duration('dns_min_refresh_rate') ?? MIN_REFRESH_MS,
    hostTtlMs: node.duration('host_ttl') ?? HOST_TTL_MS,
    maxHosts: node.count('max_hosts', MAX_HOSTS) || MAX_HOSTS,
    maxPending:
      node.child('dns_cache_circuit_breaker', (breaker) => breaker.count('max_pending_requests', MAX_PENDING)) ??
      MAX_PENDING,
    queryTimeoutMs: node.duration('dns_query_timeout') ?? QUERY_TIMEOUT_MS,
  }
}
