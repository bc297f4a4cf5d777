import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { partsOf } from '../../src/ingest/wire-parts.ts'
import { isSampled } from '../../src/traces/head-sampling.ts'
import { sampledOtlpJson, sampledProtobuf, sampledZipkinJson } from '../../src/traces/sampled-part.ts'
import { protobuf } from './protobuf.ts'
import { TRACE_ID } from './spans.ts'

const OTHER_ID = 'ffffffffffffffffffffffffffffffff'
const isWanted = (traceId: string) => traceId === TRACE_ID
const hexId = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 })

describe('head sampling', () => {
  it('keeps all at 1, none at 0, and at a higher rate what it keeps at a lower', () => {
    fc.assert(
      fc.property(
        hexId,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (id, a, b) => {
          expect(isSampled(id, 1)).toBe(true)
          expect(isSampled(id, 0)).toBe(false)
          if (isSampled(id, Math.min(a, b))) expect(isSampled(id, Math.max(a, b))).toBe(true)
        },
      ),
    )
  })

  it('keeps about as many as asked', () => {
    const ids = Array.from({ length: 10_000 }, (_, at) =>
      ((BigInt(at) * 0x9e3779b97f4a7c15n) & (2n ** 64n - 1n)).toString(16).padStart(32, '0'),
    )
    const kept = ids.filter((id) => isSampled(id, 0.1)).length
    expect(kept).toBeGreaterThan(900)
    expect(kept).toBeLessThan(1_100)
  })
})

describe('the sampled part of a request', () => {
  const span = (traceId: string) =>
    protobuf([
      [1, Buffer.from(traceId, 'hex')],
      [2, Buffer.from('00f067aa0ba902b7', 'hex')],
      [5, 'x'.repeat(200)],
      [77, 'unknown'],
    ])
  const scopeSpans = (...ids: string[]) =>
    protobuf([[1, protobuf([[1, 'lib']])], ...ids.map((id) => [2, span(id)] as const), [3, 'schema'], [88, 5]])
  const resourceSpans = (...ids: string[]) =>
    protobuf([
      [9, 'unknown'],
      [2, scopeSpans(...ids)],
      [3, 'schema'],
    ])
  const request = (...resources: string[][]) =>
    protobuf([...resources.map((ids) => [1, resourceSpans(...ids)] as const), [12, 7n]])

  it('of protobuf has the bytes of what is left, unknown fields as well', () => {
    const given = request([TRACE_ID, OTHER_ID], [OTHER_ID], [OTHER_ID, TRACE_ID])
    expect(sampledProtobuf(given, isWanted)).toEqual(request([TRACE_ID], [TRACE_ID]))
    expect(sampledProtobuf(request([OTHER_ID]), isWanted)).toBeUndefined()
    const whole = request([TRACE_ID])
    expect(sampledProtobuf(whole, isWanted)).toBe(whole)
  })

  it('of protobuf is refused where the bytes are no message', () => {
    const cut = request([TRACE_ID]).subarray(0, -3)
    expect(() => [...partsOf(cut, 1)]).toThrow(expect.objectContaining({ code: 'bad-message' }))
    expect(() => sampledProtobuf(cut, isWanted)).toThrow(expect.objectContaining({ code: 'bad-message' }))
  })

  it('of OTLP’s JSON has what is not known here, and numbers to the last digit', () => {
    const one = (traceId: string) =>
      `{"traceId":"${traceId}","startTimeUnixNano":1544712660000000999,"flags":1.50,"new":{"a":[1]}}`
    const text = `{"resourceSpans":[{"new":1,"scopeSpans":[{"spans":[${one(OTHER_ID)},${one(TRACE_ID.toUpperCase())}]}]},{"scopeSpans":[{"spans":[${one(OTHER_ID)}]}]}],"also":true}`
    expect(sampledOtlpJson(text, isWanted)).toBe(
      `{"resourceSpans":[{"new":1,"scopeSpans":[{"spans":[${one(TRACE_ID.toUpperCase())}]}]}],"also":true}`,
    )
    expect(sampledOtlpJson(text, () => false)).toBeUndefined()
  })

  it('of Zipkin’s JSON, too', () => {
    expect(
      sampledZipkinJson(`[{"traceId":"${OTHER_ID}"},{"traceId":"${TRACE_ID}","x":12345678901234567890}]`, isWanted),
    ).toBe(`[{"traceId":"${TRACE_ID}","x":12345678901234567890}]`)
  })
})
