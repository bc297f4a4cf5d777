import { isIP } from 'node:net'
import type { Pod } from '@mizzen/api'
import { type Node, type NodeSettings, nodeOf } from './node.ts'
import { proxyPorts } from './settings.ts'
import { localHttpListener } from './status-listener.ts'
import { metricsSink, telemetryMetadata } from './telemetry-sink.ts'

export interface BootstrapSettings extends NodeSettings {
  /** The control plane's xDS server. */
  readonly xds: { readonly host: string; readonly port: number }
  /** Only what changed is sent (`DELTA_GRPC`, the default), or whole states (`GRPC`). */
  readonly xdsMode?: 'DELTA_GRPC' | 'GRPC'
}

/** An Envoy bootstrap (v3) in its JSON form. */
export interface Bootstrap {
  readonly node: Node
  readonly [field: string]: unknown
}

const XDS_CLUSTER = 'xds-grpc'

/**
 * The bootstrap of a Pod's proxy: who it is, where its control plane is, and the three things it serves about itself on
 * the Pod's address (admin, readiness, metrics). Any Envoy accepts it.
 */
export function bootstrap(pod: Pod, podIP: string, settings: BootstrapSettings): Bootstrap {
  const admin = { host: podIP, port: proxyPorts.admin }
  const node = nodeOf(pod, podIP, settings)
  return {
    node: { ...node, metadata: { ...node.metadata, ...telemetryMetadata(XDS_CLUSTER) } },
    admin: { address: socketAddress(admin.host, admin.port) },
    dynamic_resources: dynamicResources(settings.xdsMode ?? 'DELTA_GRPC'),
    ...metricsSink(XDS_CLUSTER),
    static_resources: {
      clusters: [xdsCluster(settings.xds), staticCluster('prometheus_stats', admin), staticCluster('agent', admin)],
      listeners: [
        localHttpListener({
          name: 'prometheus',
          address: socketAddress(podIP, proxyPorts.prometheus),
          path: '/stats/prometheus',
          cluster: 'prometheus_stats',
        }),
        localHttpListener({
          name: 'readiness',
          address: socketAddress(podIP, proxyPorts.readiness),
          path: '/healthz/ready',
          cluster: 'agent',
          rewrite: '/ready',
        }),
      ],
    },
  }
}

function dynamicResources(apiType: 'DELTA_GRPC' | 'GRPC') {
  // As in Istio's bootstrap: a proxy without configuration waits for it, rather than being ready with none.
  const overAds = { ads: {}, initial_fetch_timeout: '0s', resource_api_version: 'V3' }
  return {
    ads_config: {
      api_type: apiType,
      transport_api_version: 'V3',
      set_node_on_first_message_only: true,
      grpc_services: [{ envoy_grpc: { cluster_name: XDS_CLUSTER } }],
    },
    lds_config: overAds,
    cds_config: overAds,
  }
}

/** The stream must notice a dead control plane by itself: TCP keepalive, as in Istio's bootstrap. */
function xdsCluster(server: { host: string; port: number }) {
  return {
    ...staticCluster(XDS_CLUSTER, server),
    upstream_connection_options: { tcp_keepalive: { keepalive_time: 300 } },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  }
}

function staticCluster(name: string, server: { host: string; port: number }) {
  const endpoint = { address: socketAddress(server.host, server.port) }
  return {
    name,
    type: isIP(server.host) === 0 ? 'STRICT_DNS' : 'STATIC',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] },
  }
}

function socketAddress(address: string, port: number) {
  return { socket_address: { address, port_value: port } }
}
