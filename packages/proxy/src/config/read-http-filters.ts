import { ConfigNode } from './config-node.ts'
import type { DiscoveredFilter, HttpFilterConfig, ListenerConfig, RouterOptions } from './model.ts'
import { readDnsCache } from './read-dns.ts'
import { readExtensionSource } from './read-extension-source.ts'
import { FAULT_TYPE, readFault } from './read-fault.ts'
import { ON_DEMAND_TYPE, readOnDemand } from './read-on-demand.ts'

type Direction = ListenerConfig['trafficDirection']

type Router = { readonly kind: 'router'; readonly options: RouterOptions }
/** What a filter of Envoy's is here: one filter, several, or none. */
type Installed = readonly (HttpFilterConfig | Router)[]

/**
 * The HTTP filters, and apart from them the router, which must be there and last.
 * @param node the connection manager
 */
export function readHttpFilters(
  node: ConfigNode,
  direction: Direction,
): { readonly filters: readonly HttpFilterConfig[]; readonly router: RouterOptions } {
  const installed = node.list('http_filters', (filter) => readFilter(filter, direction)).flat()
  const filters = installed.filter((filter) => filter.kind !== 'router')
  const last = installed.at(-1)
  if (last?.kind !== 'router' || filters.length !== installed.length - 1) {
    throw node.error('bad-config', 'the last filter, and only that, must be the router', 'http_filters')
  }
  return { filters, router: last.options }
}

function readFilter(node: ConfigNode, direction: Direction): Installed {
  const optional = node.boolean('is_optional')
  const disabled = node.boolean('disabled')
  const discovered = node.child('config_discovery', (source) => readDiscovery(source, node.string('name'), direction))
  node.ignore('name')
  if (discovered !== undefined) return disabled ? [] : [discovered]
  const installed = optional ? readOptional(node, direction) : node.typed('typed_config', filterReaders(direction))
  if (installed === undefined) throw node.error('unsupported-config', 'needs typed_config')
  return disabled ? [] : installed
}

function readDiscovery(source: ConfigNode, name: string, direction: Direction): DiscoveredFilter {
  return readExtensionSource(source, name, (node) => {
    const installed = node.typed('default_config', filterReaders(direction))
    return installed && withoutRouter(installed, node, 'default_config')
  })
}

/** A filter's configuration that came by itself, as what it is in a listener of that direction. */
export function readTypedFilter(typed: unknown, direction: Direction): readonly HttpFilterConfig[] {
  return ConfigNode.read({ typed_config: typed }, '', (node) => {
    const installed = node.typed('typed_config', filterReaders(direction))
    if (installed === undefined) throw node.error('bad-config', 'must be given', 'typed_config')
    return withoutRouter(installed, node, 'typed_config')
  })
}

/** The last filter of a chain cannot come by name, as in Envoy. */
function withoutRouter(installed: Installed, node: ConfigNode, field: string): readonly HttpFilterConfig[] {
  return installed.map((filter) => {
    if (filter.kind === 'router') throw node.error('bad-config', 'the router cannot come by name', field)
    return filter
  })
}

/** A filter that may be left out is left out where it is not supported. */
function readOptional(node: ConfigNode, direction: Direction): Installed {
  try {
    return node.typed('typed_config', filterReaders(direction)) ?? []
  } catch {
    return []
  }
}

function filterReaders(direction: Direction): Readonly<Record<string, (node: ConfigNode) => Installed>> {
  return {
    'envoy.extensions.filters.http.router.v3.Router': readRouter,
    'envoy.extensions.filters.http.dynamic_forward_proxy.v3.FilterConfig': readForwardProxy,
    [ON_DEMAND_TYPE]: (node) => [{ kind: 'on-demand', clusters: readOnDemand(node) }],
    [FAULT_TYPE]: (node) => [{ kind: 'fault', fault: readFault(node) }],
    // Does nothing without a policy on a route, and such policies are refused where they stand.
    'envoy.extensions.filters.http.cors.v3.Cors': () => [],
    'envoy.extensions.filters.http.grpc_web.v3.GrpcWeb': () => [{ kind: 'grpc-web' }],
    // Statistics of gRPC messages.
    'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig': ignored,
    'stats.PluginConfig': (node) => readStats(node, direction),
    'io.istio.http.peer_metadata.Config': readPeerMetadata,
  }
}

function readForwardProxy(node: ConfigNode): Installed {
  const cache = node.child('dns_cache_config', readDnsCache)
  if (cache === undefined) throw node.error('unsupported-config', 'must be given', 'dns_cache_config')
  return [{ kind: 'dynamic-forward-proxy', cache }]
}

function readRouter(node: ConfigNode): Installed {
  node.ignore('dynamic_stats')
  const options = {
    suppressEnvoyHeaders: node.boolean('suppress_envoy_headers'),
    respectExpectedTimeout: node.boolean('respect_expected_rq_timeout'),
    startChildSpan: node.boolean('start_child_span'),
  }
  return [{ kind: 'router', options }]
}

function ignored(node: ConfigNode): Installed {
  node.ignoreAll()
  return []
}

/** Istio's metrics; at a gateway the listener is outbound, and it reports as the source. */
function readStats(node: ConfigNode, direction: Direction): Installed {
  node.ignore('disable_host_header_fallback', 'tcp_reporting_duration', 'reporter')
  return [{ kind: 'stats', reporter: direction === 'inbound' ? 'destination' : 'source' }]
}

/** Who asks is told by the caller's header (discovery downstream), and callers tell it (propagation upstream). */
function readPeerMetadata(node: ConfigNode): Installed {
  const discovers = node.list('downstream_discovery', readHeadersMethod).length > 0
  const propagates = node.list('upstream_propagation', readHeadersMethod).length > 0
  // Endpoints carry their metadata, so what the other side would send back is not needed.
  node.ignore('upstream_discovery', 'downstream_propagation', 'shared_with_upstream', 'additional_labels')
  return [
    ...(discovers ? [{ kind: 'peer-metadata', direction: 'inbound' } as const] : []),
    ...(propagates ? [{ kind: 'peer-metadata', direction: 'outbound' } as const] : []),
  ]
}

function readHeadersMethod(node: ConfigNode): true {
  node.ignore('workload_discovery')
  node.child('istio_headers', (headers) => headers.ignoreAll())
  return true
}
