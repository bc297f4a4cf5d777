import {
  type Annotation,
  MAX_ANNOTATIONS,
  MAX_NAME,
  MAX_VALUE,
  type Span,
  type SpanKind,
  spanKey,
  tagsOf,
  traceKey,
} from './span.ts'

/** An attribute's value: arrays and maps are nested. */
export type AttributeValue = string | number | bigint | boolean | null | AttributeValue[] | AttributeMap
export interface AttributeMap {
  [name: string]: AttributeValue
}
export type Attributes = readonly (readonly [name: string, value: AttributeValue])[]

/** Where the spans of a part of an OTLP request come from. */
export interface OtlpOrigin {
  readonly resource: Attributes
  readonly scope: string
}

/** A span of OTLP, whichever encoding it came in. */
export interface OtlpSpan {
  /** Hex digits, as `spanId` and `parentId`; '' = none. */
  traceId: string
  spanId: string
  parentId: string
  name: string
  /** opentelemetry.proto.trace.v1.Span.SpanKind */
  kind: number
  /** Since the epoch; 0 = not said. */
  startNanos: bigint
  endNanos: bigint
  attributes: Attributes
  events: OtlpEvent[]
  /** opentelemetry.proto.trace.v1.Status.StatusCode */
  status: number
  statusMessage: string
}

export interface OtlpEvent {
  readonly nanos: bigint
  readonly name: string
  readonly attributes: Attributes
}

/** How deep values are read; what is deeper is left out. */
export const MAX_DEPTH = 8

const KINDS: readonly (SpanKind | undefined)[] = [undefined, undefined, 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const STATUS_OK = 1
const STATUS_ERROR = 2
/** Attributes that name the other side, the first that there is. */
const REMOTE = ['peer.service', 'server.address', 'net.peer.name', 'network.peer.address', 'net.sock.peer.addr']

export function emptyOtlpSpan(): OtlpSpan {
  return {
    ...{ traceId: '', spanId: '', parentId: '', name: '', kind: 0, startNanos: 0n, endNanos: 0n, attributes: [] },
    ...{ events: [], status: 0, statusMessage: '' },
  }
}

/**
 * As OpenTelemetry's specification maps it to Zipkin. Undefined: its ids are not ids.
 * https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/
 */
export function spanOfOtlp(span: OtlpSpan, origin: OtlpOrigin): Span | undefined {
  const traceId = span.traceId.length === 32 ? traceKey(span.traceId) : undefined
  const id = span.spanId.length === 16 ? spanKey(span.spanId) : undefined
  if (traceId === undefined || id === undefined) return undefined
  const kind = KINDS[span.kind]
  const remote = kind === 'CLIENT' || kind === 'PRODUCER' ? remoteName(span.attributes) : undefined
  return {
    ...{ traceId, id, parentId: spanKey(span.parentId), name: span.name.slice(0, MAX_NAME), kind },
    timestamp: span.startNanos === 0n ? undefined : Number(span.startNanos / 1_000n),
    duration: span.endNanos > span.startNanos ? Number((span.endNanos - span.startNanos + 999n) / 1_000n) : undefined,
    localEndpoint: { serviceName: serviceName(origin.resource) },
    remoteEndpoint: remote === undefined ? undefined : { serviceName: remote },
    annotations: annotations(span.events),
    tags: tagsOf(tagPairs(span, origin)),
  }
}

function* tagPairs(span: OtlpSpan, { resource, scope }: OtlpOrigin): Generator<readonly [string, string]> {
  // First what says that it failed, since there is room for so many.
  if (span.status === STATUS_ERROR) yield ['error', span.statusMessage || 'true']
  if (span.status === STATUS_ERROR || span.status === STATUS_OK) {
    yield ['otel.status_code', span.status === STATUS_ERROR ? 'ERROR' : 'OK']
  }
  for (const [name, value] of span.attributes) {
    // Envoy writes an attribute of this name beside the status.
    if (name !== 'error' || span.status !== STATUS_ERROR) yield [name, attributeText(value)]
  }
  if (scope !== '') yield ['otel.scope.name', scope]
  for (const [name, value] of resource) if (name !== 'service.name') yield [name, attributeText(value)]
}

function annotations(events: readonly OtlpEvent[]): readonly Annotation[] | undefined {
  if (events.length === 0) return undefined
  return events.slice(0, MAX_ANNOTATIONS).map(({ nanos, name, attributes }) => ({
    timestamp: Number(nanos / 1_000n),
    value: eventText(name, attributes).slice(0, MAX_VALUE),
  }))
}

function eventText(name: string, attributes: Attributes): string {
  return attributes.length === 0 ? name : `${JSON.stringify(name)}: ${attributeText(mapOf(attributes))}`
}

function serviceName(resource: Attributes): string {
  const name = resource.find(([key]) => key === 'service.name')?.[1]
  return typeof name === 'string' && name !== '' ? name.slice(0, MAX_NAME) : 'unknown_service'
}

function remoteName(attributes: Attributes): string | undefined {
  for (const wanted of REMOTE) {
    const value = attributes.find(([name]) => name === wanted)?.[1]
    if (typeof value === 'string' && value !== '') return value.slice(0, MAX_NAME)
  }
  return undefined
}

function attributeText(value: AttributeValue): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' ? JSON.stringify(value, (_, part) => plain(part)) : String(value)
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

export function mapOf(attributes: Attributes): AttributeMap {
  const map: AttributeMap = Object.create(null)
  for (const [name, value] of attributes) map[name] = value
  return map
}
