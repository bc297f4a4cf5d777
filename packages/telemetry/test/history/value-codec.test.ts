import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeValues, encodedLength, encodeValues, maxEncodedBytes } from '../../src/history/value-codec.ts'

function roundTrip(values: readonly number[]): { readonly back: readonly number[]; readonly bytes: number } {
  const bytes = new Uint8Array(maxEncodedBytes(values.length) + 3)
  const end = encodeValues(values, values.length, bytes, 3)
  const back = new Float64Array(values.length + 1).fill(7)
  decodeValues(bytes, 3, values.length, back, 1)
  expect(back[0]).toBe(7)
  expect(encodedLength(bytes, 3, values.length)).toBe(end - 3)
  expect(end - 3).toBeLessThanOrEqual(maxEncodedBytes(values.length))
  return { back: [...back.subarray(1)], bytes: end - 3 }
}

describe('values packed into bytes', () => {
  it('come back to the last bit, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1, maxLength: 60 }), (values) => {
        expect(roundTrip(values).back).toEqual(values)
      }),
      { numRuns: 300 },
    )
  })

  it('come back when they are whole numbers of any size and sign', () => {
    const around50Bits = fc.integer({ min: -(2 ** 52), max: 2 ** 52 })
    const whole = fc.oneof(around50Bits, fc.integer(), fc.maxSafeInteger(), fc.constant(-0), fc.constant(Number.NaN))
    fc.assert(
      fc.property(fc.array(whole, { minLength: 1, maxLength: 60 }), (values) => {
        expect(roundTrip(values).back).toEqual(values)
      }),
      { numRuns: 300 },
    )
    const lastBit = [0, 1_282_371_413_767_880, -1_938_856_799_834_737]
    expect(roundTrip(lastBit).back).toEqual(lastBit)
  })

  it('take nine bytes where nothing changes, and about one each where a counter grows evenly', () => {
    expect(roundTrip(Array.from({ length: 60 }, () => 0.1)).bytes).toBe(9)
    expect(roundTrip(Array.from({ length: 60 }, (_, index) => 1_000_000 + index * 37)).bytes).toBeLessThanOrEqual(69)
    expect(roundTrip(Array.from({ length: 60 }, (_, index) => index * 50 + (index % 7))).bytes).toBeLessThanOrEqual(72)
  })
})
