import { ISTIO_LOG_FORMAT } from './istio-log-format.ts'

/** An Envoy bootstrap that both data planes run. */

export interface BootstrapPorts {
  readonly admin: number
  readonly listener: number
  /** Upstream clusters by name, with their port on 127.0.0.1. */
  readonly clusters: Readonly<Record<string, number>>
}

/** Names of the clusters that exist beside the upstream's. */
export const DEAD_CLUSTER = 'dead'
export const EMPTY_CLUSTER = 'empty'
/** Nobody listens here (tcpmux), so connections are refused. */
const DEAD_PORT = 1

const TYPE = 'type.googleapis.com/envoy.extensions'

export function bootstrap(ports: BootstrapPorts, logFile: string, virtualHosts: readonly unknown[]): unknown {
  const alive = Object.entries(ports.clusters).map(([name, port]) => cluster(name, [port]))
  return {
    node: { id: 'twin', cluster: 'twin' },
    admin: { address: socketAddress(ports.admin) },
    static_resources: {
      listeners: [
        {
          name: 'twin',
          address: socketAddress(ports.listener),
          filter_chains: [{ filters: [{ name: 'http', typed_config: connectionManager(logFile, virtualHosts) }] }],
        },
      ],
      clusters: [...alive, cluster(DEAD_CLUSTER, [DEAD_PORT]), cluster(EMPTY_CLUSTER, [])],
    },
  }
}

/** As Istio configures a gateway: the edge of the mesh, so the peer's address is the client's. */
function connectionManager(logFile: string, virtualHosts: readonly unknown[]): unknown {
  return {
    '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'twin',
    use_remote_address: true,
    normalize_path: true,
    // Envoy waits a second for the client to close first; the client of these tests waits for Envoy.
    delayed_close_timeout: '0.05s',
    http_filters: [
      { name: 'envoy.filters.http.router', typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router` } },
    ],
    access_log: [
      {
        name: 'envoy.access_loggers.file',
        typed_config: {
          '@type': `${TYPE}.access_loggers.file.v3.FileAccessLog`,
          path: logFile,
          log_format: { text_format_source: { inline_string: ISTIO_LOG_FORMAT } },
        },
      },
    ],
    // Istio's routes may name clusters that do not exist (yet); for static routes that has to be allowed.
    route_config: { name: 'twin', validate_clusters: false, virtual_hosts: virtualHosts },
  }
}

function cluster(name: string, ports: readonly number[]): unknown {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: ports.map((port) => ({ endpoint: { address: socketAddress(port) } })) }],
    },
  }
}

function socketAddress(port: number): unknown {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}
