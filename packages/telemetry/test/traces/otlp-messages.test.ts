import { describe, expect, it } from 'vitest'
import { parseExactly } from '../../src/traces/json-numbers.ts'
import { readOtlpJson } from '../../src/traces/otlp-json.ts'
import { otlpProtobuf } from '../../src/traces/otlp-messages.ts'
import { readOtlpProtobuf } from '../../src/traces/otlp-protobuf.ts'

const IDS = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
const request = (...spans: object[]) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeSpans: [{ scope: { name: 'library' }, spans }],
    },
  ],
})

describe("OTLP's JSON as protobuf", () => {
  it('says the same', () => {
    const all = request(
      {
        ...{ ...IDS, parentSpanId: '00f067aa0ba902b8', name: 'get /ü', kind: 'SPAN_KIND_SERVER' },
        ...{ startTimeUnixNano: '1700000000123456789', endTimeUnixNano: '1700000001000000001' },
        attributes: [
          { key: 'negative', value: { intValue: '-5' } },
          { key: 'part', value: { doubleValue: -0.1 } },
          { key: 'no', value: { boolValue: false } },
          { key: 'empty', value: { stringValue: '' } },
          { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: true }] } } },
          { key: 'map', value: { kvlistValue: { values: [{ key: 'x', value: { stringValue: 'y' } }] } } },
          { key: 'raw', value: { bytesValue: '/wA=' } },
        ],
        events: [{ timeUnixNano: '5', name: 'retry', attributes: [{ key: 'n', value: { stringValue: '1' } }] }],
        status: { code: 'STATUS_CODE_ERROR', message: 'timeout' },
      },
      { ...IDS, kind: 3, status: { code: 2 } },
    )
    const asText = (read: Iterable<unknown>) =>
      JSON.stringify([...read], (_, value) => (typeof value === 'bigint' ? String(value) : value))
    expect(asText(readOtlpProtobuf(otlpProtobuf(all)))).toBe(asText(readOtlpJson(all)))
  })

  it('keeps numbers that a double does not hold', () => {
    const text = JSON.stringify(request({ ...IDS, startTimeUnixNano: 0 })).replace(':0', ':1700000000123456789')
    const [[span] = []] = readOtlpProtobuf(otlpProtobuf(parseExactly(text)))
    expect(span?.startNanos).toBe(1_700_000_000_123_456_789n)
  })

  it('leaves out what has no place, and is bounded in depth', () => {
    const odd = {
      ...IDS,
      name: 5,
      kind: 'X',
      attributes: 'none',
      links: [7, null],
      status: null,
      flags: 'x',
      other: {},
    }
    const [[span] = []] = readOtlpProtobuf(otlpProtobuf(request({ ...odd, endTimeUnixNano: '1e3' })))
    expect(span).toMatchObject({ ...IDS, name: '', kind: 0, attributes: [], endNanos: 0n })
    let value: object = { stringValue: 'deep' }
    for (let depth = 0; depth < 100_000; depth += 1) value = { arrayValue: { values: [value] } }
    expect(otlpProtobuf(request({ ...IDS, attributes: [{ key: 'a', value }] })).length).toBeLessThan(1_000)
    expect(otlpProtobuf('x').length).toBe(0)
  })
})
