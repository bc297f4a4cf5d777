/** A trace of one span in which every field of its format is used. */
import { protobuf } from '../../packages/telemetry/test/traces/protobuf.ts'

const SPAN_ID = '00f067aa0ba902b7'
const PARENT_ID = '00f067aa0ba902b8'
const START_NANOS = 1_700_000_000_123_456_789n
const END_NANOS = 1_700_000_001_000_000_001n

const text = (key: string, value: string) => ({ key, value: { stringValue: value } })

export function otlpJson(traceId: string): Buffer {
  const attributes = [
    text('http.method', 'GET'),
    { key: 'whole', value: { intValue: '9007199254740993' } },
    { key: 'part', value: { doubleValue: 0.1 } },
    { key: 'is', value: { boolValue: true } },
    { key: 'raw', value: { bytesValue: '/wA=' } },
    { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'two' }] } } },
    { key: 'map', value: { kvlistValue: { values: [text('inner', 'x')] } } },
  ]
  const span = {
    ...{ traceId, spanId: SPAN_ID, parentSpanId: PARENT_ID, traceState: 'a=b', name: 'get /', kind: 2, flags: 257 },
    ...{ startTimeUnixNano: String(START_NANOS), endTimeUnixNano: String(END_NANOS), attributes },
    droppedAttributesCount: 3,
    events: [{ timeUnixNano: String(START_NANOS + 5n), name: 'retry', attributes: [text('n', '1')] }],
    droppedEventsCount: 4,
    links: [{ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16), traceState: 'c=d', attributes: [text('why', 'batch')] }],
    droppedLinksCount: 5,
    status: { code: 2, message: 'timeout' },
  }
  const scope = { name: 'library', version: '1.2', attributes: [text('scope', 'yes')] }
  const resource = { attributes: [text('service.name', 'shop'), text('host.name', 'a')], droppedAttributesCount: 1 }
  const scopeSpans = [{ scope, schemaUrl: 'https://opentelemetry.io/schemas/1.21.0', spans: [span] }]
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }))
}

const pair = (key: string, value: Buffer) =>
  protobuf([
    [1, key],
    [2, value],
  ])

/** By the field numbers of opentelemetry-proto. */
export function otlpProtobuf(traceId: string): Buffer {
  const list = protobuf([
    [1, protobuf([[3, 1]])],
    [1, protobuf([[1, 'two']])],
  ])
  const span = protobuf([
    [1, Buffer.from(traceId, 'hex')],
    [2, Buffer.from(SPAN_ID, 'hex')],
    [3, 'a=b'],
    [4, Buffer.from(PARENT_ID, 'hex')],
    [5, 'get /'],
    [6, 3],
    [7, START_NANOS],
    [8, END_NANOS],
    [9, pair('http.method', protobuf([[1, 'GET']]))],
    [9, pair('whole', protobuf([[3, 9_007_199_254_740_991]]))],
    [9, pair('is', protobuf([[2, 1]]))],
    [9, pair('raw', protobuf([[7, Buffer.from([0xff, 0])]]))],
    [9, pair('list', protobuf([[5, list]]))],
    [9, pair('map', protobuf([[6, protobuf([[1, pair('inner', protobuf([[1, 'x']]))]])]]))],
    [10, 3],
    [
      11,
      protobuf([
        [1, START_NANOS + 5n],
        [2, 'retry'],
        [3, pair('n', protobuf([[3, 1]]))],
      ]),
    ],
    [12, 4],
    [
      13,
      protobuf([
        [1, Buffer.alloc(16, 0xff)],
        [2, Buffer.alloc(8, 0xee)],
        [3, 'c=d'],
      ]),
    ],
    [14, 5],
    [
      15,
      protobuf([
        [2, 'timeout'],
        [3, 2],
      ]),
    ],
  ])
  const scope = protobuf([
    [1, 'library'],
    [2, '1.2'],
  ])
  const resource = protobuf([[1, pair('service.name', protobuf([[1, 'shop']]))]])
  const scopeSpans = protobuf([
    [1, scope],
    [2, span],
    [3, 'https://opentelemetry.io/schemas/1.21.0'],
  ])
  return protobuf([
    [
      1,
      protobuf([
        [1, resource],
        [2, scopeSpans],
      ]),
    ],
  ])
}

export function zipkinJson(traceId: string): Buffer {
  const span = {
    ...{ traceId, id: SPAN_ID, parentId: PARENT_ID, kind: 'CLIENT', name: 'get /', debug: true, shared: true },
    ...{ timestamp: Number(START_NANOS / 1_000n), duration: 876_543 },
    localEndpoint: { serviceName: 'shop', ipv4: '10.0.0.1', port: 8080 },
    remoteEndpoint: { serviceName: 'stock', ipv6: '2001:db8::1', port: 80 },
    annotations: [{ timestamp: Number(START_NANOS / 1_000n) + 1, value: 'retry' }],
    tags: { error: 'timeout', 'http.method': 'GET' },
  }
  return Buffer.from(JSON.stringify([span]))
}

/** By the field numbers of zipkin.proto. */
export function zipkinProtobuf(traceId: string): Buffer {
  const local = protobuf([
    [1, 'shop'],
    [2, Buffer.from([10, 0, 0, 1])],
    [4, 8080],
  ])
  const tag = protobuf([
    [1, 'error'],
    [2, 'timeout'],
  ])
  const annotation = protobuf([
    [1, START_NANOS / 1_000n + 1n],
    [2, 'retry'],
  ])
  const span = protobuf([
    [1, Buffer.from(traceId, 'hex')],
    [2, Buffer.from(PARENT_ID, 'hex')],
    [3, Buffer.from(SPAN_ID, 'hex')],
    [4, 1],
    [5, 'get /'],
    [6, START_NANOS / 1_000n],
    [7, 876_543],
    [8, local],
    [10, annotation],
    [11, tag],
  ])
  return protobuf([[1, span]])
}
