import { describe, expect, it } from 'vitest'
import { NATIVE_BOUNDS, NATIVE_BUCKETS, nativeBucket, nativeIndex, nativePosition } from '../src/index.ts'

describe('native buckets', () => {
  it('hold what is above the bound before, up to and including their own', () => {
    for (const value of [0.3, 1, 1.01, 2, 89, 90, 91, 128, 269.5, 4_096, 100_000]) {
      const at = nativeBucket(value)
      expect(NATIVE_BOUNDS[at], String(value)).toBeGreaterThanOrEqual(value)
      expect(NATIVE_BOUNDS[at - 1], String(value)).toBeLessThan(value)
    }
  })

  it('grow by the fourth root of 2 each, and powers of 2 are bounds', () => {
    expect(NATIVE_BOUNDS[nativeBucket(128)]).toBe(128)
    expect(NATIVE_BOUNDS.every((bound, at) => at === 0 || bound / (NATIVE_BOUNDS[at - 1] as number) < 1.19)).toBe(true)
  })

  it('take what is beyond them into the first and the last', () => {
    expect([0, -1, Number.NaN, 1e-9].map(nativeBucket)).toEqual([0, 0, 0, 0])
    expect(nativeBucket(1e12)).toBe(NATIVE_BUCKETS - 1)
    expect([nativePosition(-1_000), nativePosition(1_000)]).toEqual([0, NATIVE_BUCKETS - 1])
  })

  it('have the numbers of the specification: the bound of bucket 0 is 1', () => {
    expect([nativeBucket(1), nativeIndex(nativeBucket(1)), nativePosition(0)]).toEqual([8, 0, 8])
  })
})
