import type { ConfigNode } from './config-node.ts'
import type { FilterChainConfig, ListenerConfig } from './model.ts'
import { HTTP_CONNECTION_MANAGER_TYPE, readHttpConnectionManager } from './read-http-connection-manager.ts'
import { readAddress, readPlaintext } from './read-values.ts'

const DIRECTIONS = { UNSPECIFIED: 'unspecified', INBOUND: 'inbound', OUTBOUND: 'outbound' } as const

/** Filters that only look at the first bytes, for filter chain matches, and those are refused. */
const INSPECTORS = ['envoy.filters.listener.http_inspector', 'envoy.filters.listener.tls_inspector']

/** envoy.config.listener.v3.Listener: TCP, one HTTP connection manager for each filter chain. */
export function readListener(node: ConfigNode): ListenerConfig {
  ignoreWithoutEffect(node)
  if (!node.boolean('bind_to_port', true))
    throw node.error('unsupported-config', 'false is not supported', 'bind_to_port')
  node.list('listener_filters', readInspector)
  const address = node.child('address', readAddress)
  if (address === undefined) throw node.error('bad-config', 'must be given', 'address')
  const trafficDirection = node.enumeration('traffic_direction', DIRECTIONS)
  const filterChains = node.list('filter_chains', (chain) => readFilterChain(chain, trafficDirection))
  if (filterChains.length !== 1) throw node.error('unsupported-config', 'exactly one is supported', 'filter_chains')
  const name = node.string('name') || `${address.host}_${address.port}`
  return { name, address, filterChains, trafficDirection, reusePort: node.boolean('enable_reuse_port', true) }
}

/** Kernel settings, statistics, logs of connections that match no filter chain, and limits that this proxy has anyway. */
function ignoreWithoutEffect(node: ConfigNode): void {
  node.ignore(
    'access_log',
    'connection_balance_config',
    'continue_on_listener_filters_timeout',
    'drain_type',
    'ignore_global_conn_limit',
    'listener_filters_timeout',
    'metadata',
    'per_connection_buffer_limit_bytes',
    'reuse_port',
    'socket_options',
    'stat_prefix',
    'tcp_backlog_size',
  )
}

function readInspector(node: ConfigNode): void {
  const name = node.string('name')
  node.ignore('typed_config', 'filter_disabled')
  if (!INSPECTORS.includes(name)) throw node.error('unsupported-config', `the listener filter ${name} is not supported`)
}

function readFilterChain(node: ConfigNode, direction: ListenerConfig['trafficDirection']): FilterChainConfig {
  node.ignore('metadata', 'transport_socket_connect_timeout')
  node.child('filter_chain_match', () => undefined)
  readPlaintext(node, 'transport_socket')
  const filters = node.list('filters', (filter) => {
    filter.ignore('name')
    return filter.typed('typed_config', {
      [HTTP_CONNECTION_MANAGER_TYPE]: (manager) => readHttpConnectionManager(manager, direction),
    })
  })
  const [http] = filters
  if (http === undefined || filters.length !== 1) {
    throw node.error('unsupported-config', 'exactly one HTTP connection manager is supported', 'filters')
  }
  return { name: node.string('name'), http }
}
