import { WireCursor } from '../ingest/wire-cursor.ts'
import { partsOf } from '../ingest/wire-parts.ts'
import {
  type Attributes,
  type AttributeValue,
  emptyOtlpSpan,
  MAX_DEPTH,
  mapOf,
  type OtlpEvent,
  type OtlpOrigin,
  type OtlpSpan,
} from './otlp-span.ts'

/**
 * Reads `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest`: resource_spans 1 (resource 1, scope_spans 2 (scope 1,
 * spans 2)). Throws MizzenError `bad-message`.
 * https://github.com/open-telemetry/opentelemetry-proto
 */
export function* readOtlpProtobuf(request: Buffer): Generator<readonly [OtlpSpan, OtlpOrigin]> {
  for (const resourceSpans of partsOf(request, 1)) {
    const [resource] = [...partsOf(resourceSpans, 1)].slice(-1).map(readResource)
    for (const scopeSpans of partsOf(resourceSpans, 2)) {
      const [scope = ''] = [...partsOf(scopeSpans, 1)].slice(-1).map(readScopeName)
      const origin = { resource: resource ?? [], scope }
      for (const span of partsOf(scopeSpans, 2)) yield [readSpan(span), origin]
    }
  }
}

/** Resource: attributes 1. */
function readResource(resource: Buffer): Attributes {
  return [...partsOf(resource, 1)].map((pair) => readPair(pair, 0))
}

/** InstrumentationScope: name 1. */
function readScopeName(scope: Buffer): string {
  return [...partsOf(scope, 1)].at(-1)?.toString('utf8') ?? ''
}

function readSpan(bytes: Buffer): OtlpSpan {
  const span = emptyOtlpSpan()
  const attributes: (readonly [string, AttributeValue])[] = []
  const cursor = new WireCursor(bytes)
  while (cursor.next()) {
    if (cursor.field === 1) span.traceId = cursor.part().toString('hex')
    else if (cursor.field === 2) span.spanId = cursor.part().toString('hex')
    else if (cursor.field === 4) span.parentId = cursor.part().toString('hex')
    else if (cursor.field === 5) span.name = cursor.text()
    else if (cursor.field === 6) span.kind = cursor.varint()
    else if (cursor.field === 7) span.startNanos = cursor.fixed64()
    else if (cursor.field === 8) span.endNanos = cursor.fixed64()
    else if (cursor.field === 9) attributes.push(readPair(cursor.part(), 0))
    else if (cursor.field === 11) span.events.push(readEvent(cursor.part()))
    else if (cursor.field === 15) readStatus(cursor.part(), span)
    else cursor.skip()
  }
  span.attributes = attributes
  return span
}

/** Event: time_unix_nano 1, name 2, attributes 3. */
function readEvent(bytes: Buffer): OtlpEvent {
  const attributes: (readonly [string, AttributeValue])[] = []
  const cursor = new WireCursor(bytes)
  let nanos = 0n
  let name = ''
  while (cursor.next()) {
    if (cursor.field === 1) nanos = cursor.fixed64()
    else if (cursor.field === 2) name = cursor.text()
    else if (cursor.field === 3) attributes.push(readPair(cursor.part(), 0))
    else cursor.skip()
  }
  return { nanos, name, attributes }
}

/** Status: message 2, code 3. */
function readStatus(bytes: Buffer, span: OtlpSpan): void {
  const cursor = new WireCursor(bytes)
  while (cursor.next()) {
    if (cursor.field === 2) span.statusMessage = cursor.text()
    else if (cursor.field === 3) span.status = cursor.varint()
    else cursor.skip()
  }
}

/** KeyValue: key 1, value 2. */
function readPair(bytes: Buffer, depth: number): readonly [string, AttributeValue] {
  const cursor = new WireCursor(bytes)
  let key = ''
  let value: AttributeValue = null
  while (cursor.next()) {
    if (cursor.field === 1) key = cursor.text()
    else if (cursor.field === 2) value = readValue(cursor.part(), depth)
    else cursor.skip()
  }
  return [key, value]
}

/** AnyValue: string 1, bool 2, int 3, double 4, array 5 (values 1), kvlist 6 (values 1), bytes 7. */
function readValue(bytes: Buffer, depth: number): AttributeValue {
  const cursor = new WireCursor(bytes)
  let value: AttributeValue = null
  while (cursor.next()) {
    if (cursor.field === 1) value = cursor.text()
    else if (cursor.field === 2) value = cursor.varint() !== 0
    else if (cursor.field === 3) value = cursor.int64()
    else if (cursor.field === 4) value = cursor.double()
    else if (cursor.field === 5) value = readArray(cursor.part(), depth)
    else if (cursor.field === 6) value = readMap(cursor.part(), depth)
    else if (cursor.field === 7) value = cursor.part().toString('base64')
    else cursor.skip()
  }
  return value
}

function readArray(bytes: Buffer, depth: number): AttributeValue {
  if (depth >= MAX_DEPTH) return null
  return [...partsOf(bytes, 1)].map((value) => readValue(value, depth + 1))
}

function readMap(bytes: Buffer, depth: number): AttributeValue {
  if (depth >= MAX_DEPTH) return null
  return mapOf([...partsOf(bytes, 1)].map((pair) => readPair(pair, depth + 1)))
}
