import { describe, expect, it } from 'vitest'
import { readOtlpJson } from '../../src/traces/otlp-json.ts'
import { readOtlpProtobuf } from '../../src/traces/otlp-protobuf.ts'
import { spanOfOtlp } from '../../src/traces/otlp-span.ts'
import { otlpJson } from '../../src/traces/write-otlp-json.ts'
import { protobuf } from './protobuf.ts'
import { TRACE_ID } from './spans.ts'

const SPAN_ID = '00f067aa0ba902b7'
const START = 1_544_712_660_000_000_999n
const hex = (text: string) => Buffer.from(text, 'hex')
const text = (value: string) => protobuf([[1, value]])
const attribute = (key: string, value: Buffer) => protobuf([...([[1, key]] as const), [2, value]])

const asProtobuf = protobuf([
  [
    1,
    protobuf([
      // The resource need not come first.
      [
        2,
        protobuf([
          [1, protobuf([[1, 'lib']])],
          [2, spanProtobuf()],
        ]),
      ],
      [
        1,
        protobuf([
          [1, attribute('service.name', text('shop'))],
          [1, attribute('zone', text('z1'))],
        ]),
      ],
    ]),
  ],
])

function spanProtobuf(): Buffer {
  const nested = protobuf([
    [1, protobuf([[3, 2 ** 40]])],
    [1, text('b')],
  ])
  return protobuf([
    [1, hex(TRACE_ID)],
    [2, hex(SPAN_ID)],
    [4, hex('1111111111111111')],
    [5, 'GET /'],
    [6, 3],
    [7, START],
    [8, START + 1_500_500n],
    [9, attribute('peer.service', text('db'))],
    [9, attribute('list', protobuf([[5, nested]]))],
    [9, attribute('on', protobuf([[2, 1]]))],
    [
      11,
      protobuf([
        [1, START],
        [2, 'retry'],
        [3, attribute('n', protobuf([[3, 2]]))],
      ]),
    ],
    [
      15,
      protobuf([
        [2, 'refused'],
        [3, 2],
      ]),
    ],
    [99, 'from the future'],
  ])
}

const asJson = {
  resourceSpans: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'shop' } },
          { key: 'zone', value: { stringValue: 'z1' } },
        ],
      },
      scopeSpans: [
        {
          scope: { name: 'lib' },
          spans: [
            {
              ...{
                traceId: TRACE_ID.toUpperCase(),
                spanId: SPAN_ID,
                parentSpanId: '1111111111111111',
                name: 'GET /',
                kind: 3,
              },
              ...{ startTimeUnixNano: String(START), endTimeUnixNano: String(START + 1_500_500n) },
              attributes: [
                { key: 'peer.service', value: { stringValue: 'db' } },
                {
                  key: 'list',
                  value: { arrayValue: { values: [{ intValue: String(2 ** 40) }, { stringValue: 'b' }] } },
                },
                { key: 'on', value: { boolValue: true } },
              ],
              events: [
                { timeUnixNano: String(START), name: 'retry', attributes: [{ key: 'n', value: { intValue: '2' } }] },
              ],
              status: { code: 2, message: 'refused' },
            },
          ],
        },
      ],
    },
  ],
}

const spans = (read: Iterable<readonly [Parameters<typeof spanOfOtlp>[0], Parameters<typeof spanOfOtlp>[1]]>) =>
  [...read].map(([span, origin]) => spanOfOtlp(span, origin))

describe('spans of OTLP', () => {
  it.each([
    ['protobuf', () => spans(readOtlpProtobuf(asProtobuf))],
    ['JSON', () => spans(readOtlpJson(asJson))],
  ])('are in Zipkin’s words what they are in %s', (_, read) => {
    expect(JSON.parse(JSON.stringify(read()))).toEqual([
      {
        ...{ traceId: TRACE_ID, id: SPAN_ID, parentId: '1111111111111111', name: 'GET /', kind: 'CLIENT' },
        ...{ timestamp: 1_544_712_660_000_000, duration: 1_501 },
        localEndpoint: { serviceName: 'shop' },
        remoteEndpoint: { serviceName: 'db' },
        annotations: [{ timestamp: 1_544_712_660_000_000, value: '"retry": {"n":"2"}' }],
        tags: {
          ...{
            error: 'refused',
            'otel.status_code': 'ERROR',
            'peer.service': 'db',
            list: `["${2 ** 40}","b"]`,
            on: 'true',
          },
          ...{ 'otel.scope.name': 'lib', zone: 'z1' },
        },
      },
    ])
  })

  it('come back from Zipkin’s words as they were', () => {
    const [given] = spans(readOtlpJson(asJson))
    if (given === undefined) throw new Error('no span')
    const again = spans(readOtlpJson(JSON.parse(JSON.stringify(otlpJson([given])))))[0]
    expect(again).toMatchObject({ ...given, annotations: given.annotations, tags: { ...given.tags } })
  })

  it.each([
    ['short trace id', { traceId: TRACE_ID.slice(1) }],
    ['trace id of zeros', { traceId: '0'.repeat(32) }],
    ['span id of zeros', { spanId: '0'.repeat(16) }],
    ['trace id that is not hex', { traceId: `${TRACE_ID.slice(1)}g` }],
  ])('with a %s are none', (_, change) => {
    const [[span, origin] = []] = [...readOtlpJson(asJson)]
    expect(spanOfOtlp({ ...span, ...change } as never, origin as never)).toBeUndefined()
  })

  it('are bounded: attributes in number and length, values in depth', () => {
    let deep = text('bottom')
    for (let depth = 0; depth < 1_000; depth += 1) deep = protobuf([[5, protobuf([[1, deep]])]])
    const many = Array.from({ length: 500 }, (_, at) => [9, attribute(`a${at}`, text('v'.repeat(10_000)))] as const)
    const bytes = protobuf([[1, hex(TRACE_ID)], [2, hex(SPAN_ID)], [9, attribute('deep', deep)], ...many])
    const request = protobuf([[1, protobuf([[2, protobuf([[2, bytes]])]])]])
    const [span] = spans(readOtlpProtobuf(request))
    expect(Object.keys(span?.tags ?? {})).toHaveLength(128)
    expect(span?.tags.deep).toBe(`${'['.repeat(8)}null${']'.repeat(8)}`)
    expect(span?.tags.a0).toHaveLength(4_096)
  })

  it('say where a JSON request is wrong', () => {
    const read = (request: unknown) => () => [...readOtlpJson(request)]
    const spansOf = (...list: unknown[]) => ({ resourceSpans: [{ scopeSpans: [{ spans: list }] }] })
    expect(read([])).toThrow('the request must be an object')
    expect(read({ resourceSpans: {} })).toThrow('resourceSpans must be an array')
    expect(read(spansOf({}, 'x'))).toThrow('resourceSpans[0].scopeSpans[0].spans[1] must be an object')
    expect(read(spansOf({ startTimeUnixNano: 'soon' }))).toThrow('spans[0].startTimeUnixNano must be nanoseconds')
  })
})
