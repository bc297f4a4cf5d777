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
}

const OTLP_PATH = '/v1/traces'
const ZIPKIN_PATH = '/api/v2/spans'

/**
 * Zipkin is told by its path, `/api/v2/spans`; all else takes OTLP by HTTP, at `/v1/traces` below the path (as
 * OTEL_EXPORTER_OTLP_ENDPOINT says it) or at a path that ends so.
 */
export function collectorAt(url: URL): Collector {
  const path = url.pathname.replace(/\/+$/, '')
  if (path.endsWith(ZIPKIN_PATH)) return { url, speaks: 'zipkin' }
  const full = new URL(url)
  full.pathname = path.endsWith(OTLP_PATH) ? path : `${path}${OTLP_PATH}`
  return { url: full, speaks: 'otlp' }
}

export function protocolOf(format: TraceFormat): Collector['speaks'] {
  return format === 'zipkin-json' || format === 'zipkin-protobuf' ? 'zipkin' : 'otlp'
}

/** Spans in a collector's words, where they came in others. */
export function writtenFor({ speaks }: Collector, spans: readonly Span[]): { format: TraceFormat; body: string } {
  return speaks === 'zipkin'
    ? { format: 'zipkin-json', body: JSON.stringify(spans) }
    : { format: 'otlp-json', body: JSON.stringify(otlpJson(spans)) }
}
