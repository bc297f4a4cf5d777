import { ISTIO_LOG_FORMAT } from '../istio-log-format.ts'
import type { Places } from './case.ts'

const TYPE = 'type.googleapis.com/envoy.extensions'

function fileLog(path: string): unknown {
  return {
    name: 'envoy.access_loggers.file',
    typed_config: {
      '@type': `${TYPE}.access_loggers.file.v3.FileAccessLog`,
      path,
      log_format: { text_format_source: { inline_string: ISTIO_LOG_FORMAT } },
    },
  }
}

/** A filter chain of a TCP proxy, to `alpha` unless `fields` say otherwise. */
export function tcpChain(
  places: Pick<Places, 'log'>,
  fields: Readonly<Record<string, unknown>> = {},
  before: unknown[] = [],
): object {
  const proxy = {
    '@type': `${TYPE}.filters.network.tcp_proxy.v3.TcpProxy`,
    stat_prefix: 'tcp',
    ...('weighted_clusters' in fields ? {} : { cluster: 'alpha' }),
    access_log: [fileLog(places.log)],
    ...fields,
  }
  return { filters: [...before, { name: 'envoy.filters.network.tcp_proxy', typed_config: proxy }] }
}

/** A filter chain of a connection manager with one route for everything. */
export function httpChain(places: Places, cluster: string, filters: readonly unknown[] = []): object {
  const manager = {
    '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'http',
    use_remote_address: true,
    http_filters: [
      ...filters,
      { name: 'envoy.filters.http.router', typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router` } },
    ],
    access_log: [fileLog(places.log)],
    route_config: {
      name: 'routes',
      validate_clusters: false,
      virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster } }] }],
    },
  }
  return { filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] }
}

export function listenerFilter(name: string, fields: Readonly<Record<string, unknown>> = {}): object {
  const message = name.split('_').map((word) => word.replace(/^./, (letter) => letter.toUpperCase()))
  const type = `${TYPE}.filters.listener.${name}.v3.${message.join('')}`
  return { name: `envoy.filters.listener.${name}`, typed_config: { '@type': type, ...fields } }
}

export function networkFilter(name: string, type: string): object {
  return {
    name: `envoy.filters.network.${name}`,
    typed_config: { '@type': `${TYPE}.filters.network.${name}.v3.${type}` },
  }
}

/** An upstream that is told the client's address by the PROXY protocol. */
function tellsClient(version: 'V1' | 'V2', more: object = {}): object {
  return {
    transport_socket: {
      name: 'envoy.transport_sockets.upstream_proxy_protocol',
      typed_config: {
        '@type': `${TYPE}.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport`,
        config: { version, ...more },
        transport_socket: {
          name: 'envoy.transport_sockets.raw_buffer',
          typed_config: { '@type': `${TYPE}.transport_sockets.raw_buffer.v3.RawBuffer` },
        },
      },
    },
  }
}

/** Nobody listens there (tcpmux), so connections are refused. */
const DEAD = { socket_address: { address: '127.0.0.1', port_value: 1 } }

/** The clusters that all cases share. */
export function clusters(origins: Places['origins']): readonly unknown[] {
  const alpha = { socket_address: { address: '127.0.0.1', port_value: origins.alpha.port } }
  const beta = { socket_address: { address: '127.0.0.1', port_value: origins.beta.port } }
  const named = (name: string) => ({ socket_address: { address: name, port_value: origins.alpha.port } })
  const dns = { dns_lookup_family: 'V4_ONLY' }
  return [
    cluster('alpha', [alpha]),
    cluster('beta', [beta]),
    cluster('six', [{ socket_address: { address: '::1', port_value: origins.six.port } }]),
    cluster('pipe', [{ pipe: { path: origins.pipe.path } }]),
    cluster('dead', [DEAD]),
    cluster('dead or alive', [DEAD, alpha]),
    cluster('empty', []),
    cluster('full', [alpha], { circuit_breakers: { thresholds: [{ max_connections: 1 }] } }),
    cluster('tells v1', [alpha], tellsClient('V1')),
    cluster('tells v2', [alpha], tellsClient('V2', { pass_through_tlvs: { match_type: 'INCLUDE_ALL' } })),
    cluster('bound', [alpha], { upstream_bind_config: { source_address: { address: '127.0.0.6', port_value: 0 } } }),
    cluster('strict', [named('localhost')], { type: 'STRICT_DNS', ...dns }),
    cluster('logical', [named('localhost')], { type: 'LOGICAL_DNS', ...dns }),
    cluster('unknown name', [named('no-such-host.invalid')], { type: 'STRICT_DNS', ...dns }),
    { name: 'original', type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED', connect_timeout: '1s' },
    {
      name: 'original by header',
      type: 'ORIGINAL_DST',
      lb_policy: 'CLUSTER_PROVIDED',
      connect_timeout: '1s',
      original_dst_lb_config: { use_http_header: true },
    },
    {
      name: 'forward',
      lb_policy: 'CLUSTER_PROVIDED',
      connect_timeout: '1s',
      cluster_type: {
        name: 'envoy.clusters.dynamic_forward_proxy',
        typed_config: {
          '@type': `${TYPE}.clusters.dynamic_forward_proxy.v3.ClusterConfig`,
          dns_cache_config: DNS_CACHE,
        },
      },
    },
  ]
}

const DNS_CACHE = { name: 'cache', dns_lookup_family: 'V4_ONLY' }

export const forwardProxyFilter = {
  name: 'envoy.filters.http.dynamic_forward_proxy',
  typed_config: {
    '@type': `${TYPE}.filters.http.dynamic_forward_proxy.v3.FilterConfig`,
    dns_cache_config: DNS_CACHE,
  },
}

function cluster(name: string, addresses: readonly unknown[], more: object = {}): unknown {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: addresses.map((address) => ({ endpoint: { address } })) }],
    },
    ...more,
  }
}
