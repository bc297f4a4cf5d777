import type { Scene } from './scene.ts'
import { OTLP_CLUSTER, OTLP_GRPC_CLUSTER, ZIPKIN_CLUSTER } from './tracers.ts'

const TYPE = 'type.googleapis.com/envoy.extensions'
const METADATA = { filter_metadata: { shop: { tier: 'gold', nested: { list: [1, 'two'] }, count: 3, on: true } } }

export interface Ports {
  readonly admin: number
  /** Of each scene. */
  readonly listeners: readonly number[]
  readonly server: number
  readonly serverHttp2: number
  readonly zipkin: number
  readonly otlp: number
  readonly otlpGrpc: number
}

/** One bootstrap for all scenes. Spans are sent as soon as they are there. */
export function tracingBootstrap(scenes: readonly Scene[], ports: Ports, logs: readonly string[]): unknown {
  return {
    node: { id: 'twin-node', cluster: 'twin-cluster', locality: { region: 'r1', zone: 'z1' } },
    admin: { address: address(ports.admin) },
    layered_runtime: {
      layers: [
        {
          name: 'static',
          static_layer: {
            tracing: { zipkin: { min_flush_spans: 1 } },
            'tracing.opentelemetry.min_flush_spans': 1,
          },
        },
      ],
    },
    static_resources: {
      listeners: scenes.map((scene, index) => listener(scene, ports.listeners[index] as number, logs[index] as string)),
      clusters: [
        { ...cluster('server', ports.server), metadata: METADATA, alt_stat_name: 'server-by-another-name' },
        { ...cluster('server-http2', ports.serverHttp2), typed_extension_protocol_options: HTTP2 },
        // Nobody listens on port 1 (tcpmux).
        cluster('dead', 1),
        { name: 'empty', type: 'STATIC', load_assignment: { cluster_name: 'empty' } },
        cluster(ZIPKIN_CLUSTER, ports.zipkin),
        cluster(OTLP_CLUSTER, ports.otlp),
        { ...cluster(OTLP_GRPC_CLUSTER, ports.otlpGrpc), typed_extension_protocol_options: HTTP2 },
      ],
    },
  }
}

const HTTP2 = {
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
    '@type': `${TYPE}.upstreams.http.v3.HttpProtocolOptions`,
    explicit_http_config: { http2_protocol_options: {} },
  },
}

/** Envoy's Zipkin tracer does not tell its log what the span's id is; ours does. */
function logFormat(manager: Scene['manager']): string {
  const span = JSON.stringify(manager).includes('ZipkinConfig') ? '' : ' %SPAN_ID%'
  return `%TRACE_ID%${span} %REQ(X-REQUEST-ID)% %REQ(TRACEPARENT)% %REQ(X-B3-SPANID)% %RESPONSE_CODE%\n`
}

function listener(scene: Scene, port: number, log: string): unknown {
  const { name, manager, router = {}, direction = 'OUTBOUND', routes = [TO_SERVER] } = scene
  const hcm = {
    '@type': `${TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: name,
    delayed_close_timeout: '0.05s',
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${TYPE}.filters.http.router.v3.Router`, ...router },
      },
    ],
    route_config: {
      name,
      validate_clusters: false,
      virtual_hosts: [{ name, domains: ['*'], routes }],
    },
    access_log: [
      {
        name: 'envoy.access_loggers.file',
        typed_config: {
          '@type': `${TYPE}.access_loggers.file.v3.FileAccessLog`,
          path: log,
          log_format: { text_format_source: { inline_string: logFormat(manager) } },
        },
      },
    ],
    ...manager,
  }
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: hcm }]
  return { name, traffic_direction: direction, address: address(port), filter_chains: [{ filters }] }
}

export const TO_SERVER = { match: { prefix: '/' }, route: { cluster: 'server' }, metadata: METADATA }

function cluster(name: string, port: number): Readonly<Record<string, unknown>> {
  const endpoint = { endpoint: { address: address(port) }, metadata: METADATA }
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [endpoint] }] },
  }
}

function address(port: number): unknown {
  return { socket_address: { address: '127.0.0.1', port_value: port } }
}
