import { ISTIO_LOG_FORMAT } from '../twin/istio-log-format.ts'
import { CLUSTER } from './bootstrap.ts'

const TYPE = 'type.googleapis.com/envoy.extensions'

/** Istio's HTTP filters for metrics and peer metadata, as the control plane sends them to a gateway; a stock Envoy does not have them. */
export const ISTIO_FILTERS: readonly unknown[] = [
  typedStruct('istio.peer_metadata', 'type.googleapis.com/io.istio.http.peer_metadata.Config', {
    upstream_discovery: [{ istio_headers: {} }],
    upstream_propagation: [{ istio_headers: {} }],
  }),
  typedStruct('istio.stats', 'type.googleapis.com/stats.PluginConfig', {}),
]

export interface HttpManagerOptions {
  /** HTTP filters before the router. */
  readonly filters?: readonly unknown[]
  /** File of an access log in Istio's format; none by default. */
  readonly accessLog?: string
  /** Default: one route for everything, to `CLUSTER`. */
  readonly routes?: readonly unknown[]
  /** Other fields of the connection manager. */
  readonly fields?: Readonly<Record<string, unknown>>
}

/** An HTTP connection manager with one virtual host, as Istio configures a gateway. */
export function httpManager(options: HttpManagerOptions = {}): unknown {
  const router = {
    name: 'envoy.filters.http.router',
    typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router` },
  }
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'inbound',
      use_remote_address: true,
      normalize_path: true,
      http_filters: [...(options.filters ?? []), router],
      access_log: options.accessLog === undefined ? [] : [fileLog(options.accessLog)],
      route_config: {
        name: 'http.80',
        virtual_hosts: [{ name: '*:80', domains: ['*'], routes: options.routes ?? [routeTo(CLUSTER)] }],
      },
      ...options.fields,
    },
  }
}

/** A route for a path prefix, without a timeout of the whole answer. */
export function routeTo(cluster: string, prefix = '/'): unknown {
  return { name: 'default', match: { prefix }, route: { cluster, timeout: '0s' } }
}

export function tcpProxy(): unknown {
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: {
      '@type': `${TYPE}.filters.network.tcp_proxy.v3.TcpProxy`,
      stat_prefix: 'tcp',
      cluster: CLUSTER,
    },
  }
}

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

function typedStruct(name: string, typeUrl: string, value: unknown): unknown {
  return { name, typed_config: { '@type': 'type.googleapis.com/xds.type.v3.TypedStruct', type_url: typeUrl, value } }
}
