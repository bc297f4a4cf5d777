import { MizzenError } from '@mizzen/base'
import { ConfigNode } from './config-node.ts'
import type { DiscoveredNetworkFilter, ListenerConfig, NetworkConfig, NetworkFilterConfig } from './model.ts'
import { readExtensionSource } from './read-extension-source.ts'
import { HTTP_CONNECTION_MANAGER_TYPE, readHttpConnectionManager } from './read-http-connection-manager.ts'
import { readTcpProxy, TCP_PROXY_TYPE } from './read-tcp-proxy.ts'

type Direction = ListenerConfig['trafficDirection']
type Readers = Readonly<Record<string, (node: ConfigNode) => NetworkFilterConfig>>

const SUPPORTED = 'supported are one HTTP connection manager alone, or filters for TCP with the TCP proxy last'

/**
 * The network filters of a chain: one HTTP connection manager or TCP proxy, which is last, and before it what either of
 * them understands.
 * @param chain envoy.config.listener.v3.FilterChain
 */
export function readNetworkFilters(chain: ConfigNode, direction: Direction): NetworkConfig {
  const filters = chain.list('filters', (filter) => readFilter(filter, direction))
  const complete = filters.filter((filter) => filter.kind !== 'discovered')
  if (complete.length < filters.length) {
    filters.forEach((filter, index) => void checkPlace(filter, index === filters.length - 1, chain))
    return { kind: 'incomplete', filters }
  }
  const network = combineNetworkFilters(complete)
  if (network === undefined) throw chain.error('unsupported-config', SUPPORTED, 'filters')
  return network
}

/** Undefined = this proxy cannot do what they are to do together. */
export function combineNetworkFilters(filters: readonly NetworkFilterConfig[]): NetworkConfig | undefined {
  const last = filters.at(-1)
  const before = filters.slice(0, -1)
  if (last?.kind === 'http' && before.length === 0) return last
  if (last?.kind !== 'tcp-proxy' || before.some(isTerminal)) return undefined
  return {
    kind: 'tcp',
    tcp: {
      ...last.tcp,
      clusterFromServerName: before.some((filter) => filter.kind === 'sni-cluster'),
      reporters: before.flatMap((filter) => (filter.kind === 'stats' ? [filter.reporter] : [])),
    },
  }
}

/**
 * A network filter whose configuration came by itself. Connection managers cannot: what they need would come too late.
 * @param typed an Any in JSON form
 * @param isLast its place in the chain
 */
export function readTypedNetworkFilter(typed: unknown, direction: Direction, isLast: boolean): NetworkFilterConfig {
  const filter = ConfigNode.read({ typed_config: typed }, '', (node) => node.typed('typed_config', readers(direction)))
  if (filter === undefined) throw new MizzenError('bad-config', 'must be given', { path: 'typed_config' })
  if (filter.kind === 'http' || isTerminal(filter) !== isLast) {
    const message = isLast ? 'the last filter of the chain must be the TCP proxy' : 'must not be a terminal filter'
    throw new MizzenError('bad-config', message, { path: 'typed_config' })
  }
  return filter
}

function readFilter(node: ConfigNode, direction: Direction): NetworkFilterConfig | DiscoveredNetworkFilter {
  const name = node.string('name')
  const discovered = node.child('config_discovery', (source) =>
    readExtensionSource(source, name, (given) => given.typed('default_config', readers(direction))),
  )
  const filter = discovered ?? node.typed('typed_config', readers(direction))
  if (filter === undefined) throw node.error('unsupported-config', 'needs typed_config')
  return filter
}

function readers(direction: Direction): Readers {
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

/** Of a chain in which some filters are not known yet; those must fit when they come. */
function checkPlace(filter: NetworkFilterConfig | DiscoveredNetworkFilter, isLast: boolean, chain: ConfigNode): void {
  const known = filter.kind === 'discovered' ? filter.fallback : filter
  if (known === undefined || (known.kind !== 'http' && isTerminal(known) === isLast)) return
  throw chain.error('unsupported-config', SUPPORTED, 'filters')
}

function isTerminal({ kind }: NetworkFilterConfig): boolean {
  return kind === 'http' || kind === 'tcp-proxy'
}
