import type { ConfigNode } from './config-node.ts'
import type { ClusterConfig, OriginalDstConfig } from './model.ts'
import { readClusterDns, readDnsCache } from './read-dns.ts'

const TYPES = {
  STATIC: 'static',
  STRICT_DNS: 'strict-dns',
  LOGICAL_DNS: 'logical-dns',
  EDS: 'eds',
  ORIGINAL_DST: 'original-dst',
} as const

/** Envoy's default `cleanup_interval`, ms, and the header of `use_http_header`. */
const CLEANUP_MS = 5_000
const DESTINATION_HEADER = 'x-envoy-original-dst-host'

type Discovery = Pick<ClusterConfig, 'discovery' | 'dns' | 'originalDst' | 'dnsCache'>

/** Where a cluster's endpoints come from: its `type` or `cluster_type`, and how that works. */
export function readDiscovery(node: ConfigNode): Discovery {
  const dnsCache = node.child('cluster_type', readClusterType)
  const dns = readClusterDns(node)
  const cleanupIntervalMs = node.duration('cleanup_interval') ?? CLEANUP_MS
  const destination = node.child('original_dst_lb_config', readDestination)
  if (dnsCache !== undefined) return { discovery: 'dynamic-forward-proxy', dnsCache }
  const discovery = node.enumeration('type', TYPES)
  switch (discovery) {
    case 'strict-dns':
      return { discovery, dns }
    case 'logical-dns':
      checkOneEndpoint(node)
      return { discovery, dns }
    case 'original-dst':
      return { discovery, originalDst: { ...destination, cleanupIntervalMs } }
    default:
      return { discovery }
  }
}

function readDestination(node: ConfigNode): Pick<OriginalDstConfig, 'header' | 'portOverride'> {
  const name = node.string('http_header_name').toLowerCase()
  const header = node.boolean('use_http_header') ? name || DESTINATION_HEADER : undefined
  const portOverride = node.optionalNumber('upstream_port_override')
  return { ...(header === undefined ? {} : { header }), ...(portOverride === undefined ? {} : { portOverride }) }
}

/** As Envoy: a logical host is one. */
function checkOneEndpoint(node: ConfigNode): void {
  const assignment = node.raw('load_assignment') as {
    endpoints?: { lb_endpoints?: unknown[]; lbEndpoints?: unknown[] }[]
  }
  const places = assignment?.endpoints ?? []
  const count = places.reduce((sum, place) => sum + (place.lb_endpoints ?? place.lbEndpoints ?? []).length, 0)
  if (count !== 1) throw node.error('bad-config', 'LOGICAL_DNS needs exactly one endpoint', 'load_assignment')
}

function readClusterType(node: ConfigNode): NonNullable<ClusterConfig['dnsCache']> {
  node.ignore('name')
  const cache = node.typed('typed_config', {
    'envoy.extensions.clusters.dynamic_forward_proxy.v3.ClusterConfig': readForwardProxy,
  })
  if (cache === undefined) throw node.error('bad-config', 'must be given', 'typed_config')
  return cache
}

function readForwardProxy(node: ConfigNode): NonNullable<ClusterConfig['dnsCache']> {
  // Both are about TLS: whether it may go without, and whether one connection may serve several names; here it may not.
  node.ignore('allow_insecure_cluster_options', 'allow_coalesced_connections')
  const cache = node.child('dns_cache_config', readDnsCache)
  if (cache === undefined) throw node.error('unsupported-config', 'must be given', 'dns_cache_config')
  return cache
}
