import { ISTIO_LOG_FORMAT } from '../../test/twin/istio-log-format.ts'
import type { Job } from './contender.ts'

const TYPE = 'type.googleapis.com/envoy.extensions'

/** Istio's HTTP filters for metrics and peer metadata, as the control plane sends them to a gateway; a stock Envoy does not have them. */
export const ISTIO_FILTERS: readonly unknown[] = [
  typedStruct('istio.peer_metadata', 'type.googleapis.com/io.istio.http.peer_metadata.Config', {
    upstream_discovery: [{ istio_headers: {} }],
    upstream_propagation: [{ istio_headers: {} }],
  }),
  typedStruct('istio.stats', 'type.googleapis.com/stats.PluginConfig', {}),
]

/** A static bootstrap: the same for our proxy and Envoy, but for `filters`. One route, as a gateway would have it. */
export function envoyBootstrap(job: Job, filters: readonly unknown[]): unknown {
  return {
    node: {
      id: 'router~127.0.0.1~gateway.istio-system~istio-system.svc.cluster.local',
      cluster: 'istio-ingressgateway.istio-system',
      metadata: {
        NAME: 'gateway',
        NAMESPACE: 'istio-system',
        WORKLOAD_NAME: 'istio-ingressgateway',
        CLUSTER_ID: 'Kubernetes',
        MESH_ID: 'cluster.local',
        LABELS: { app: 'istio-ingressgateway', version: 'v1' },
      },
    },
    admin: { address: socketAddress(job.adminPort) },
    static_resources: {
      listeners: [
        {
          name: `0.0.0.0_${job.port}`,
          address: socketAddress(job.port),
          traffic_direction: 'OUTBOUND',
          filter_chains: [{ filters: [{ name: 'http', typed_config: connectionManager(job, filters) }] }],
        },
      ],
      clusters: [upstreamCluster(job.upstreamPort)],
    },
  }
}

function connectionManager(job: Job, filters: readonly unknown[]): unknown {
  const router = {
    name: 'envoy.filters.http.router',
    typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router` },
  }
  return {
    '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'bench',
    use_remote_address: true,
    normalize_path: true,
    http_filters: [...filters, router],
    access_log: job.accessLog === undefined ? [] : [fileLog(job.accessLog)],
    route_config: {
      name: 'bench',
      virtual_hosts: [
        {
          name: '*:80',
          domains: ['*'],
          routes: [{ name: 'default', match: { prefix: '/' }, route: { cluster: CLUSTER, timeout: '0s' } }],
        },
      ],
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

const CLUSTER = 'outbound|80||upstream.default.svc.cluster.local'

function upstreamCluster(port: number): unknown {
  return {
    name: CLUSTER,
    type: 'STATIC',
    connect_timeout: '1s',
    metadata: {
      filter_metadata: {
        istio: { services: [{ host: 'upstream.default.svc.cluster.local', name: 'upstream', namespace: 'default' }] },
      },
    },
    load_assignment: {
      cluster_name: CLUSTER,
      endpoints: [
        {
          lb_endpoints: [
            {
              endpoint: { address: socketAddress(port) },
              metadata: {
                filter_metadata: {
                  istio: { workload: 'upstream-v1;default;upstream;v1;Kubernetes' },
                  'mizzen.io': { app: 'upstream', version: 'v1' },
                },
              },
            },
          ],
        },
      ],
    },
  }
}

function typedStruct(name: string, typeUrl: string, value: unknown): unknown {
  return { name, typed_config: { '@type': 'type.googleapis.com/xds.type.v3.TypedStruct', type_url: typeUrl, value } }
}

function socketAddress(port: number): unknown {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}
