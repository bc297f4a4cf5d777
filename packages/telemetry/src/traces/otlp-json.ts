import { MizzenError } from '@mizzen/base'
import { type JsonObject, listAt, objectAt, textAt } from './json-shape.ts'
import {
  type Attributes,
  type AttributeValue,
  MAX_DEPTH,
  mapOf,
  type OtlpEvent,
  type OtlpOrigin,
  type OtlpSpan,
} from './otlp-span.ts'

const KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
)
const STATUS_NAMES = ['UNSET', 'OK', 'ERROR'].map((name) => `STATUS_CODE_${name}`)

/**
 * Reads an ExportTraceServiceRequest in OTLP's JSON: ids are hex, 64-bit numbers mostly texts.
 * Throws MizzenError `bad-message`.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function* readOtlpJson(request: unknown): Generator<readonly [OtlpSpan, OtlpOrigin]> {
  const resources = listAt(objectAt(request, 'the request').resourceSpans, 'resourceSpans')
  for (const [index, entry] of resources.entries()) {
    const path = `resourceSpans[${index}]`
    const resourceSpans = objectAt(entry, path)
    const resource = readAttributes(objectAt(resourceSpans.resource ?? {}, `${path}.resource`).attributes, path)
    for (const [at, scopeEntry] of listAt(resourceSpans.scopeSpans, `${path}.scopeSpans`).entries()) {
      yield* readScopeSpans(scopeEntry, `${path}.scopeSpans[${at}]`, resource)
    }
  }
}

function* readScopeSpans(entry: unknown, path: string, resource: Attributes) {
  const scopeSpans = objectAt(entry, path)
  const scope = textAt(objectAt(scopeSpans.scope ?? {}, `${path}.scope`).name, `${path}.scope.name`)
  const origin = { resource, scope }
  for (const [index, span] of listAt(scopeSpans.spans, `${path}.spans`).entries()) {
    const place = `${path}.spans[${index}]`
    yield [readSpan(objectAt(span, place), place), origin] as const
  }
}

function readSpan(span: JsonObject, path: string): OtlpSpan {
  const status = objectAt(span.status ?? {}, `${path}.status`)
  return {
    traceId: textAt(span.traceId, `${path}.traceId`),
    spanId: textAt(span.spanId, `${path}.spanId`),
    parentId: textAt(span.parentSpanId, `${path}.parentSpanId`),
    name: textAt(span.name, `${path}.name`),
    kind: readEnum(span.kind, KIND_NAMES),
    startNanos: readNanos(span.startTimeUnixNano, `${path}.startTimeUnixNano`),
    endNanos: readNanos(span.endTimeUnixNano, `${path}.endTimeUnixNano`),
    attributes: readAttributes(span.attributes, path),
    events: listAt(span.events, `${path}.events`).map((event, at) => readEvent(event, `${path}.events[${at}]`)),
    status: readEnum(status.code, STATUS_NAMES),
    statusMessage: textAt(status.message, `${path}.status.message`),
  }
}

function readEvent(entry: unknown, path: string): OtlpEvent {
  const event = objectAt(entry, path)
  return {
    nanos: readNanos(event.timeUnixNano, `${path}.timeUnixNano`),
    name: textAt(event.name, `${path}.name`),
    attributes: readAttributes(event.attributes, path),
  }
}

/** Numbers are what the standard asks for; older writers have names. */
function readEnum(value: unknown, names: readonly string[]): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' ? Math.max(0, names.indexOf(value)) : 0
}

function readNanos(value: unknown, path: string): bigint {
  if (value === undefined || value === null || value === '') return 0n
  const isNumber = typeof value === 'number' && Number.isInteger(value) && value >= 0
  if (isNumber || (typeof value === 'string' && /^\d{1,20}$/.test(value))) return BigInt(value as string | number)
  throw new MizzenError('bad-message', `${path} must be nanoseconds, a whole number`, { path })
}

function readAttributes(list: unknown, path: string, depth = 0): Attributes {
  return listAt(list, `${path}.attributes`).map((entry, index) => {
    const place = `${path}.attributes[${index}]`
    const pair = objectAt(entry, place)
    return [textAt(pair.key, `${place}.key`), readValue(pair.value, `${place}.value`, depth)] as const
  })
}

function readValue(value: unknown, path: string, depth: number): AttributeValue {
  if (value === undefined || value === null) return null
  const { arrayValue, kvlistValue, ...plain } = objectAt(value, path)
  for (const kind of ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'bytesValue']) {
    const given = plain[kind]
    if (typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean') return given
  }
  if (depth >= MAX_DEPTH) return null
  if (arrayValue !== undefined) {
    const { values } = objectAt(arrayValue, `${path}.arrayValue`)
    return listAt(values, `${path}.arrayValue.values`).map((part) => readValue(part, path, depth + 1))
  }
  if (kvlistValue === undefined) return null
  const { values } = objectAt(kvlistValue, `${path}.kvlistValue`)
  return mapOf(readAttributes(values, `${path}.kvlistValue`, depth + 1))
}
