import type { ConfigNode } from './config-node.ts'
import type { FilterChainConfig, ListenerConfig } from './model.ts'
import { readFilterChainMatch } from './read-filter-chain-match.ts'
import { readListenerFilter } from './read-listener-filter.ts'
import { readNetworkFilters } from './read-network-filters.ts'
import { readDownstreamTransport } from './read-transport-socket.ts'
import { readAddress } from './read-values.ts'

const DIRECTIONS = { UNSPECIFIED: 'unspecified', INBOUND: 'inbound', OUTBOUND: 'outbound' } as const

const DRAIN_TYPES = { DEFAULT: 'default', MODIFY_ONLY: 'modify-only' } as const

const FILTERS_TIMEOUT_MS = 15_000

/** envoy.config.listener.v3.Listener, of TCP. */
export function readListener(node: ConfigNode): ListenerConfig {
  ignoreWithoutEffect(node)
  const address = node.child('address', readAddress)
  if (address === undefined) throw node.error('bad-config', 'must be given', 'address')
  const trafficDirection = node.enumeration('traffic_direction', DIRECTIONS)
  const readChain = (chain: ConfigNode) => readFilterChain(chain, trafficDirection)
  return {
    name: node.string('name') || `${address.host}_${address.port}`,
    address,
    listenerFilters: readListenerFilters(node),
    listenerFiltersTimeoutMs: node.duration('listener_filters_timeout') ?? FILTERS_TIMEOUT_MS,
    continueOnListenerFiltersTimeout: node.boolean('continue_on_listener_filters_timeout'),
    ...readChains(node, readChain),
    trafficDirection,
    reusePort: node.boolean('enable_reuse_port', true),
    virtual: !node.boolean('bind_to_port', true) || isUnbound(node),
    handsOver: node.boolean('use_original_dst'),
    transparent: node.boolean('transparent'),
    freebind: node.boolean('freebind'),
    drainsOnModificationOnly: node.enumeration('drain_type', DRAIN_TYPES) === 'modify-only',
  }
}

/** As in Envoy, a listener that hands over restores destinations, whether or not the filter for that is named. */
function readListenerFilters(node: ConfigNode): ListenerConfig['listenerFilters'] {
  const named = node.list('listener_filters', readListenerFilter)
  const restores = named.some(({ kind }) => kind === 'original-dst')
  return node.boolean('use_original_dst') && !restores ? [...named, { kind: 'original-dst' }] : named
}

/** The older place of `bind_to_port`. */
function isUnbound(node: ConfigNode): boolean {
  return node.child('deprecated_v1', (older) => !older.boolean('bind_to_port', true)) ?? false
}

function readChains(
  node: ConfigNode,
  readChain: (chain: ConfigNode) => FilterChainConfig,
): Pick<ListenerConfig, 'filterChains' | 'defaultFilterChain'> {
  const filterChains = node.list('filter_chains', readChain)
  const defaultFilterChain = node.child('default_filter_chain', readChain)
  if (filterChains.length === 0 && defaultFilterChain === undefined) {
    throw node.error('bad-config', 'no filter chains specified', 'filter_chains')
  }
  return { filterChains, defaultFilterChain }
}

/** Kernel settings, statistics, logs of connections that match no filter chain, and limits that this proxy has anyway. */
function ignoreWithoutEffect(node: ConfigNode): void {
  node.ignore(
    'access_log',
    'connection_balance_config',
    'ignore_global_conn_limit',
    'metadata',
    'per_connection_buffer_limit_bytes',
    'reuse_port',
    'socket_options',
    'stat_prefix',
    'tcp_backlog_size',
  )
}

function readFilterChain(node: ConfigNode, direction: ListenerConfig['trafficDirection']): FilterChainConfig {
  node.ignore('metadata')
  return {
    name: node.string('name'),
    match: readFilterChainMatch(node),
    tls: readDownstreamTransport(node),
    transportSocketConnectTimeoutMs: node.duration('transport_socket_connect_timeout') ?? 0,
    network: readNetworkFilters(node, direction),
  }
}
