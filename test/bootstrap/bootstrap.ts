/** Parts of an Envoy bootstrap, put together by tests and benches; our proxy and Envoy take the same. */

export interface Bootstrap {
  readonly adminPort: number
  readonly listeners: readonly unknown[]
  readonly clusters: readonly unknown[]
}

/** A static bootstrap of a gateway, with the metadata that Istio's would have. */
export function bootstrap({ adminPort, listeners, clusters }: Bootstrap): unknown {
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
    admin: { address: socketAddress(adminPort) },
    static_resources: { listeners, clusters },
  }
}

/** A listener on 127.0.0.1 with one filter chain of one network filter. */
export function listener(port: number, filter: unknown, transportSocket?: unknown): unknown {
  return {
    name: `0.0.0.0_${port}`,
    address: socketAddress(port),
    traffic_direction: 'OUTBOUND',
    filter_chains: [
      { filters: [filter], ...(transportSocket === undefined ? {} : { transport_socket: transportSocket }) },
    ],
  }
}

export interface ClusterOptions {
  /** HTTP/1.1 by default. */
  readonly http2?: boolean
  readonly transportSocket?: unknown
}

export const CLUSTER = 'outbound|80||upstream.default.svc.cluster.local'

/** A static cluster with one endpoint on 127.0.0.1, with the metadata by which Istio's metrics name it. */
export function cluster(port: number, options: ClusterOptions = {}, name = CLUSTER): unknown {
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    ...(options.http2 ? { typed_extension_protocol_options: HTTP2 } : {}),
    ...(options.transportSocket === undefined ? {} : { transport_socket: options.transportSocket }),
    metadata: {
      filter_metadata: {
        istio: { services: [{ host: 'upstream.default.svc.cluster.local', name: 'upstream', namespace: 'default' }] },
      },
    },
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(port) }, metadata: ENDPOINT_METADATA }] }],
    },
  }
}

const HTTP2 = {
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
    '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    explicit_http_config: { http2_protocol_options: {} },
  },
}

const ENDPOINT_METADATA = {
  filter_metadata: {
    istio: { workload: 'upstream-v1;default;upstream;v1;Kubernetes' },
    'mizzen.io': { app: 'upstream', version: 'v1' },
  },
}

function socketAddress(port: number): unknown {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}
