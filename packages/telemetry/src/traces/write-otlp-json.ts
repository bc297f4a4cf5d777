import type { Endpoint, Span, SpanKind } from './span.ts'
import { isFailedSpan } from './span.ts'

const KINDS: Readonly<Record<SpanKind, number>> = { SERVER: 2, CLIENT: 3, PRODUCER: 4, CONSUMER: 5 }
const INTERNAL = 1
const STATUS_ERROR = 2

/** An ExportTraceServiceRequest in OTLP's JSON of spans that came from Zipkin: a resource for each service. */
export function otlpJson(spans: readonly Span[]) {
  const services = Map.groupBy(spans, ({ localEndpoint }) => localEndpoint?.serviceName ?? 'unknown_service')
  return {
    resourceSpans: [...services].map(([service, own]) => ({
      resource: { attributes: [attribute('service.name', service)] },
      scopeSpans: [{ spans: own.map(otlpSpan) }],
    })),
  }
}

function otlpSpan(span: Span) {
  const { traceId, id, parentId, name, kind, timestamp = 0, duration = 0, annotations = [], tags } = span
  return {
    ...{ traceId, spanId: id, name, kind: kind === undefined ? INTERNAL : KINDS[kind] },
    ...(parentId !== undefined && { parentSpanId: parentId }),
    startTimeUnixNano: nanos(timestamp),
    endTimeUnixNano: nanos(timestamp + duration),
    attributes: [
      ...Object.entries(tags).map(([key, value]) => attribute(key, value)),
      ...remoteAttributes(span.remoteEndpoint),
    ],
    events: annotations.map((annotation) => ({
      timeUnixNano: nanos(annotation.timestamp),
      name: annotation.value,
    })),
    ...(isFailedSpan(span) && { status: { code: STATUS_ERROR, message: tags.error === 'true' ? '' : tags.error } }),
  }
}

function remoteAttributes(remote: Endpoint | undefined) {
  const address = remote?.ipv4 ?? remote?.ipv6
  return [
    ...(remote?.serviceName === undefined ? [] : [attribute('peer.service', remote.serviceName)]),
    ...(address === undefined ? [] : [attribute('network.peer.address', address)]),
  ]
}

function attribute(key: string, value: string) {
  return { key, value: { stringValue: value } }
}

function nanos(micros: number): string {
  return String(BigInt(Math.round(micros)) * 1_000n)
}
