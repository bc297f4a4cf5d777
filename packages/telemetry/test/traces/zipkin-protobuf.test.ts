import { describe, expect, it } from 'vitest'
import { takeSpanPost } from '../../src/traces/http-intake.ts'
import { sampledZipkinProtobuf } from '../../src/traces/sampled-part.ts'
import type { Span } from '../../src/traces/span.ts'
import { TraceIntake } from '../../src/traces/trace-intake.ts'
import { readZipkinJson } from '../../src/traces/zipkin-json.ts'
import { readZipkinProtobuf } from '../../src/traces/zipkin-protobuf.ts'
import { type Fields, protobuf } from './protobuf.ts'
import { TRACE_ID } from './spans.ts'

const IDS: Fields = [
  [1, Buffer.from(TRACE_ID, 'hex')],
  [3, Buffer.from('00f067aa0ba902b7', 'hex')],
]
const listOf = (...spans: Fields[]) => protobuf(spans.map((fields) => [1, protobuf(fields)] as const))
const tag = (name: string, value: string) =>
  protobuf([
    [1, name],
    [2, value],
  ])

/** Each field of zipkin.proto, and the same in JSON. */
const WHOLE: Fields = [
  ...IDS,
  [2, Buffer.from('00f067aa0ba902b8', 'hex')],
  [4, 2],
  [5, 'get /'],
  [6, 1_700_000_000_000_001n],
  [7, 5_000_000_000],
  [
    8,
    protobuf([
      [1, 'shop'],
      [2, Buffer.from([10, 0, 0, 1])],
      [4, 8080],
    ]),
  ],
  [9, protobuf([[3, Buffer.from('20010db8000000000000000000000001', 'hex')]])],
  [
    10,
    protobuf([
      [1, 1_700_000_000_000_002n],
      [2, 'ws'],
    ]),
  ],
  [11, tag('http.path', '/')],
  [11, tag('__proto__', 'x')],
  [12, 1],
  [13, 1],
  [99, 'new'],
]
const WHOLE_JSON = {
  ...{ traceId: TRACE_ID, id: '00f067aa0ba902b7', parentId: '00f067aa0ba902b8', kind: 'SERVER', name: 'get /' },
  ...{ timestamp: 1_700_000_000_000_001, duration: 5_000_000_000, shared: true },
  localEndpoint: { serviceName: 'shop', ipv4: '10.0.0.1', port: 8080 },
  remoteEndpoint: { ipv6: '2001:db8::1' },
  annotations: [{ timestamp: 1_700_000_000_000_002, value: 'ws' }],
  tags: JSON.parse('{"http.path":"/","__proto__":"x"}'),
}

describe('Zipkin’s protobuf', () => {
  it('says what its JSON says', () => {
    expect([...readZipkinProtobuf(listOf(WHOLE))]).toEqual(readZipkinJson([WHOLE_JSON]))
    expect([...readZipkinProtobuf(listOf(IDS))]).toEqual(
      readZipkinJson([{ traceId: TRACE_ID, id: '00f067aa0ba902b7' }]),
    )
  })

  it('may have trace ids of 8 bytes, and parents of zeros, which are none', () => {
    const short: Fields = [
      [1, Buffer.from('a3ce929d0e0e4736', 'hex')],
      [3, Buffer.from('00f067aa0ba902b7', 'hex')],
      [2, Buffer.alloc(8)],
    ]
    const [span] = readZipkinProtobuf(listOf(short))
    expect(span).toMatchObject({ traceId: '0000000000000000a3ce929d0e0e4736', parentId: undefined })
  })

  it.each<[string, Fields]>([
    ['spans[1].trace_id must be 8 or 16 bytes', [[3, Buffer.alloc(8, 1)]]],
    ['spans[1].trace_id must be 8 or 16 bytes', [[1, Buffer.alloc(15, 1)]]],
    ['spans[1].trace_id must be 8 or 16 bytes, and not all zero', [[1, Buffer.alloc(16)]]],
    ['spans[1].id must be 8 bytes', [[1, Buffer.alloc(16, 1)]]],
    ['spans[1].parent_id must be 8 bytes', [...IDS, [2, Buffer.alloc(4, 1)]]],
    ['not a message that can be read', [...IDS, [6, 'text']]],
  ])('is refused with the place: %s', (reason, fields) => {
    expect(() => [...readZipkinProtobuf(listOf(IDS, fields))]).toThrow(reason)
  })

  it('is taken by HTTP, and refused as a whole', async () => {
    const kept: Span[] = []
    const intake = new TraceIntake({ keep: (span) => kept.push(span) })
    const post = (body: Buffer) =>
      takeSpanPost({ to: 'zipkin', contentType: 'application/x-protobuf', contentEncoding: '', body }, intake)
    expect(await post(listOf(WHOLE, IDS))).toMatchObject({ status: 202 })
    expect(await post(listOf(IDS, [[1, 'x']]))).toMatchObject({ status: 400, contentType: 'text/plain; charset=utf-8' })
    expect(await post(listOf(...Array.from({ length: 20_001 }, () => IDS)))).toMatchObject({ status: 413 })
    expect(kept).toHaveLength(2)
  })

  it('is sampled without a change to what stays', () => {
    const other: Fields = [
      [1, Buffer.alloc(16, 0xff)],
      [3, Buffer.alloc(8, 1)],
    ]
    const isSampled = (traceId: string) => traceId === TRACE_ID
    expect(sampledZipkinProtobuf(listOf(WHOLE, other, IDS), isSampled)).toEqual(listOf(WHOLE, IDS))
    expect(sampledZipkinProtobuf(listOf(other), isSampled)).toBeUndefined()
  })
})
