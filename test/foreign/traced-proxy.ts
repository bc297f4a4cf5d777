/** The bootstrap of a proxy that traces what it is asked for, by each protocol, for either data plane. */

export const TRACERS = ['otlp-http', 'otlp-grpc', 'zipkin'] as const
export type Tracer = (typeof TRACERS)[number]

/** What takes spans: OTLP by gRPC at one address, OTLP by HTTP and Zipkin at the other, all on 127.0.0.1. */
interface SpanTaker {
  readonly xds: { readonly port: number }
  readonly api: { readonly port: number }
}

interface TracedListener {
  readonly port: number
  readonly tracer: Tracer
  readonly to: SpanTaker
}

export interface TracedProxy {
  readonly app: number
  readonly listeners: readonly TracedListener[]
  /** A span for the call to the application beside the one for the request. */
  readonly spawnUpstreamSpan?: boolean
}

/** The service that spans name. */
const TRACED_SERVICE = 'shop'

const TYPE = 'type.googleapis.com/envoy'

export function tracedProxy({ app, listeners, spawnUpstreamSpan = false }: TracedProxy): unknown {
  const takers = [...new Set(listeners.map(({ to }) => to))]
  return {
    node: { id: 'traced', cluster: TRACED_SERVICE },
    layered_runtime: {
      layers: [
        {
          name: 'flush at once',
          static_layer: { tracing: { zipkin: { min_flush_spans: 1 } }, 'tracing.opentelemetry.min_flush_spans': 1 },
        },
      ],
    },
    static_resources: {
      clusters: [cluster('app', app), ...takers.flatMap(clustersOf)],
      listeners: listeners.map((one) => listener(one, spawnUpstreamSpan)),
    },
  }
}

function clustersOf({ api, xds }: SpanTaker): readonly object[] {
  return [cluster(`http-${api.port}`, api.port), { ...cluster(`grpc-${xds.port}`, xds.port), ...HTTP2 }]
}

const HTTP2 = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': `${TYPE}.extensions.upstreams.http.v3.HttpProtocolOptions`,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
}

function provider({ tracer, to }: TracedListener): unknown {
  const http = `http-${to.api.port}`
  if (tracer === 'zipkin') {
    const encoding = { collector_endpoint: '/api/v2/spans', collector_endpoint_version: 'HTTP_JSON' }
    const config = { collector_cluster: http, ...encoding, trace_id_128bit: true }
    return { name: 'zipkin', typed_config: { '@type': `${TYPE}.config.trace.v3.ZipkinConfig`, ...config } }
  }
  const service =
    tracer === 'otlp-grpc'
      ? { grpc_service: { envoy_grpc: { cluster_name: `grpc-${to.xds.port}` }, timeout: '2s' } }
      : { http_service: { http_uri: { uri: 'http://control-plane/v1/traces', cluster: http, timeout: '2s' } } }
  const config = { '@type': `${TYPE}.config.trace.v3.OpenTelemetryConfig`, service_name: TRACED_SERVICE, ...service }
  return { name: 'opentelemetry', typed_config: config }
}

function listener(one: TracedListener, spawnUpstreamSpan: boolean): unknown {
  const router = { '@type': `${TYPE}.extensions.filters.http.router.v3.Router` }
  const manager = {
    '@type': `${TYPE}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: one.tracer,
    tracing: { provider: provider(one), spawn_upstream_span: spawnUpstreamSpan },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: router }],
    route_config: {
      virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'app' } }] }],
    },
  }
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }]
  const name = `${one.tracer}-${one.port}`
  return { name, traffic_direction: 'INBOUND', address: address(one.port), filter_chains: [{ filters }] }
}

function cluster(name: string, port: number): object {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }]
  return { name, type: 'STATIC', connect_timeout: '2s', load_assignment: { cluster_name: name, endpoints } }
}

function address(port: number): unknown {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}
