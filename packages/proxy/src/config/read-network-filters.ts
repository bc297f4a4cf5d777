import type { ConfigNode } from './config-node.ts'
import type { ListenerConfig, NetworkConfig } from './model.ts'
import { HTTP_CONNECTION_MANAGER_TYPE, readHttpConnectionManager } from './read-http-connection-manager.ts'
import { readTcpProxy, TCP_PROXY_TYPE } from './read-tcp-proxy.ts'

type Direction = ListenerConfig['trafficDirection']

/** The last filter of a chain, or what one before it decides. */
type NetworkFilter =
  | NetworkConfig
  | { readonly kind: 'tcp-proxy'; readonly tcp: ReturnType<typeof readTcpProxy> }
  | { readonly kind: 'sni-cluster' }
  | { readonly kind: 'stats'; readonly reporter: 'source' | 'destination' }

/**
 * The network filters of a chain: one HTTP connection manager or TCP proxy, which is last, and before it what either of
 * them understands.
 * @param chain envoy.config.listener.v3.FilterChain
 */
export function readNetworkFilters(chain: ConfigNode, direction: Direction): NetworkConfig {
  const filters = chain.list('filters', (filter) => {
    filter.ignore('name')
    return filter.typed('typed_config', readers(direction))
  })
  const last = filters.at(-1)
  const before = filters.slice(0, -1)
  if (last?.kind === 'http' && before.length === 0) return last
  const terminal = before.find((filter) => filter?.kind === 'http' || filter?.kind === 'tcp-proxy')
  if (last?.kind !== 'tcp-proxy' || terminal !== undefined) {
    throw chain.error(
      'unsupported-config',
      'supported are one HTTP connection manager alone, or filters for TCP with the TCP proxy last',
      'filters',
    )
  }
  return {
    kind: 'tcp',
    tcp: {
      ...last.tcp,
      clusterFromServerName: before.some((filter) => filter?.kind === 'sni-cluster'),
      reporters: before.flatMap((filter) => (filter?.kind === 'stats' ? [filter.reporter] : [])),
    },
  }
}

function readers(direction: Direction): Readonly<Record<string, (node: ConfigNode) => NetworkFilter>> {
  return {
    [HTTP_CONNECTION_MANAGER_TYPE]: (node) => ({ kind: 'http', http: readHttpConnectionManager(node, direction) }),
    [TCP_PROXY_TYPE]: (node) => ({ kind: 'tcp-proxy', tcp: readTcpProxy(node) }),
    'envoy.extensions.filters.network.sni_cluster.v3.SniCluster': () => ({ kind: 'sni-cluster' }),
    'stats.PluginConfig': (node) => {
      node.ignore('disable_host_header_fallback', 'tcp_reporting_duration', 'reporter')
      return { kind: 'stats', reporter: direction === 'inbound' ? 'destination' : 'source' }
    },
  }
}
