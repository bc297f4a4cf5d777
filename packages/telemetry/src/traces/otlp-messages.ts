import { encodeMessage, type MessageShape } from './json-to-protobuf.ts'

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map((name) => `SPAN_KIND_${name}`)
const STATUSES = ['UNSET', 'OK', 'ERROR'].map((name) => `STATUS_CODE_${name}`)

// https://github.com/open-telemetry/opentelemetry-proto, release 1.7
const ANY_VALUE: MessageShape = {
  stringValue: [1, 'text'],
  boolValue: [2, 'bool'],
  intValue: [3, 'int64'],
  doubleValue: [4, 'double'],
  arrayValue: [5, () => ({ values: [1, () => ANY_VALUE] })],
  kvlistValue: [6, () => ({ values: [1, () => KEY_VALUE] })],
  bytesValue: [7, 'base64'],
}
const KEY_VALUE: MessageShape = { key: [1, 'text'], value: [2, () => ANY_VALUE] }
const EVENT: MessageShape = {
  timeUnixNano: [1, 'fixed64'],
  name: [2, 'text'],
  attributes: [3, () => KEY_VALUE],
  droppedAttributesCount: [4, 'uint32'],
}
const LINK: MessageShape = {
  traceId: [1, 'hex'],
  spanId: [2, 'hex'],
  traceState: [3, 'text'],
  attributes: [4, () => KEY_VALUE],
  droppedAttributesCount: [5, 'uint32'],
  flags: [6, 'fixed32'],
}
const SPAN: MessageShape = {
  traceId: [1, 'hex'],
  spanId: [2, 'hex'],
  traceState: [3, 'text'],
  parentSpanId: [4, 'hex'],
  name: [5, 'text'],
  kind: [6, KINDS],
  startTimeUnixNano: [7, 'fixed64'],
  endTimeUnixNano: [8, 'fixed64'],
  attributes: [9, () => KEY_VALUE],
  droppedAttributesCount: [10, 'uint32'],
  events: [11, () => EVENT],
  droppedEventsCount: [12, 'uint32'],
  links: [13, () => LINK],
  droppedLinksCount: [14, 'uint32'],
  status: [15, () => ({ message: [2, 'text'], code: [3, STATUSES] })],
  flags: [16, 'fixed32'],
}
const SCOPE: MessageShape = {
  name: [1, 'text'],
  version: [2, 'text'],
  attributes: [3, () => KEY_VALUE],
  droppedAttributesCount: [4, 'uint32'],
}
const SCOPE_SPANS: MessageShape = { scope: [1, () => SCOPE], spans: [2, () => SPAN], schemaUrl: [3, 'text'] }
const RESOURCE: MessageShape = { attributes: [1, () => KEY_VALUE], droppedAttributesCount: [2, 'uint32'] }
const RESOURCE_SPANS: MessageShape = {
  resource: [1, () => RESOURCE],
  scopeSpans: [2, () => SCOPE_SPANS],
  schemaUrl: [3, 'text'],
}
const REQUEST: MessageShape = { resourceSpans: [1, () => RESOURCE_SPANS] }

/**
 * An ExportTraceServiceRequest of OTLP's JSON as protobuf. What has no place there, or is of another type, is left out.
 * @param request with integers that a double does not hold as texts
 */
export function otlpProtobuf(request: unknown): Buffer {
  return encodeMessage(request, REQUEST)
}
