import { ISTIO_LOG_FORMAT } from '../istio-log-format.ts'
import type { ProtocolCase } from './case.ts'

const TYPE = 'type.googleapis.com/envoy.extensions'

/** Where things are in one run. */
export interface Places {
  readonly listener: number
  readonly log: string
  readonly origins: Readonly<Record<ProtocolCase['upstream'], number>>
}

/** Istio's fields, and those that only matter where HTTP is not all there is. */
const LOG_FORMAT = `${ISTIO_LOG_FORMAT.trimEnd()} %UPSTREAM_PROTOCOL% %GRPC_STATUS% %GRPC_STATUS_NUMBER% %TRAILER(x-end)% %UPSTREAM_REQUEST_ATTEMPT_COUNT% %REQ(:SCHEME)% %DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%\n`

export function bootstrap(admin: number, cases: readonly ProtocolCase[], places: readonly Places[]): unknown {
  return {
    node: { id: 'twin', cluster: 'twin' },
    admin: { address: address(admin) },
    static_resources: {
      listeners: cases.map((one, index) => listener(one, index, places[index] as Places)),
      clusters: cases.map((one, index) => cluster(one, index, places[index] as Places)),
    },
  }
}

function listener(one: ProtocolCase, index: number, places: Places): unknown {
  const manager = { '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager` }
  const typed_config = { ...manager, ...managerFields(one, index, places.log), ...one.manager }
  return {
    name: `case ${index}`,
    address: address(places.listener),
    filter_chains: [{ filters: [{ name: 'http', typed_config }] }],
  }
}

function managerFields(one: ProtocolCase, index: number, log: string): object {
  return {
    stat_prefix: `case${index}`,
    use_remote_address: true,
    delayed_close_timeout: '0.05s',
    http_filters: [
      ...(one.filters ?? []),
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router`, ...one.router },
      },
    ],
    access_log: [
      {
        name: 'envoy.access_loggers.file',
        typed_config: {
          '@type': `${TYPE}.access_loggers.file.v3.FileAccessLog`,
          path: log,
          log_format: one.logFormat ?? { text_format_source: { inline_string: LOG_FORMAT } },
        },
      },
    ],
    route_config: { name: 'routes', validate_clusters: false, virtual_hosts: [virtualHost(one, index)] },
  }
}

function virtualHost(one: ProtocolCase, index: number): object {
  const action =
    one.direct === undefined
      ? { route: { cluster: `cluster ${index}`, ...one.route } }
      : { direct_response: one.direct }
  const routes = [{ match: one.match ?? { prefix: '/' }, ...action }]
  return { name: 'all', domains: ['*'], routes, ...one.virtualHost }
}

function cluster(one: ProtocolCase, index: number, places: Places): unknown {
  const explicit = one.upstream === 'http2' ? { http2_protocol_options: {} } : { http_protocol_options: {} }
  const options = {
    '@type': `${TYPE}.upstreams.http.v3.HttpProtocolOptions`,
    explicit_http_config: explicit,
    ...one.options,
  }
  return {
    name: `cluster ${index}`,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: `cluster ${index}`,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: address(places.origins[one.upstream]) } }] }],
    },
    typed_extension_protocol_options: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': options },
    ...one.cluster,
  }
}

function address(port: number): unknown {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}
