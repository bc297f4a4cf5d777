import { otlpProtobuf } from './otlp-messages.ts'
import type { Span } from './span.ts'
import { otlpJson } from './write-otlp-json.ts'

/** What a batch of spans came as, or goes as. */
export type TraceFormat = 'otlp-protobuf' | 'otlp-json' | 'zipkin-json' | 'zipkin-protobuf'

export const CONTENT_TYPE: Readonly<Record<TraceFormat, string>> = {
  'otlp-protobuf': 'application/x-protobuf',
  'otlp-json': 'application/json',
  'zipkin-json': 'application/json',
  'zipkin-protobuf': 'application/x-protobuf',
}

/** Where spans are passed on to. */
export interface Collector {
  readonly url: URL
  readonly speaks: 'otlp' | 'zipkin'
  /** By gRPC everything is protobuf. */
  readonly by: 'http' | 'grpc'
}

const OTLP_PATH = '/v1/traces'
const ZIPKIN_PATH = '/api/v2/spans'
/** OTLP by gRPC has a port of its own, by HTTP 4318. https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-default-port */
export const OTLP_GRPC_PORT = '4317'

/**
 * Zipkin is told by its path, `/api/v2/spans`, and OTLP by gRPC by its scheme, `grpc://` or `grpcs://`, or its port, 4317,
 * where there is no path. All else takes OTLP by HTTP, at `/v1/traces` below the path (as OTEL_EXPORTER_OTLP_ENDPOINT says
 * it) or at a path that ends so.
 */
export function collectorAt(url: URL): Collector {
  const path = url.pathname.replace(/\/+$/, '')
  const isGrpc = /^grpcs?:$/.test(url.protocol) || (url.port === OTLP_GRPC_PORT && path === '')
  if (isGrpc) return { url, speaks: 'otlp', by: 'grpc' }
  if (path.endsWith(ZIPKIN_PATH)) return { url, speaks: 'zipkin', by: 'http' }
  const full = new URL(url)
  full.pathname = path.endsWith(OTLP_PATH) ? path : `${path}${OTLP_PATH}`
  return { url: full, speaks: 'otlp', by: 'http' }
}

export function protocolOf(format: TraceFormat): Collector['speaks'] {
  return format === 'zipkin-json' || format === 'zipkin-protobuf' ? 'zipkin' : 'otlp'
}

/** Spans in a collector's words, where they came in others. */
export function writtenFor(
  { speaks, by }: Collector,
  spans: readonly Span[],
): { format: TraceFormat; body: string | Uint8Array } {
  if (speaks === 'zipkin') return { format: 'zipkin-json', body: JSON.stringify(spans) }
  const request = otlpJson(spans)
  return by === 'grpc'
    ? { format: 'otlp-protobuf', body: otlpProtobuf(request) }
    : { format: 'otlp-json', body: JSON.stringify(request) }
}
