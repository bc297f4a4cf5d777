import { assert, double, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../src/index.ts'

describe('durations', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['5s', 5_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['.5m', 30_000],
    ['2.s', 2_000],
    ['100ms', 100],
    ['1h2m3s4ms', 3_723_004],
    ['250us', 0.25],
    ['10ns', 0.00001],
    ['-2s', -2_000],
    ['+2s', 2_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBeCloseTo(ms, 9)
  })

  it.each(['', '5', '5x', 's', '-', '1h 2m', '1m30', '5S', '1d', '--1s', '1e3s', '∞s', '999999999h'])(
    '%s is none',
    (text) => {
      expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'bad-duration' }))
    },
  )

  it.each([
    [0, '0s'],
    [1, '1ms'],
    [1_500, '1.5s'],
    [60_000, '1m'],
    [5_400_000, '1h30m'],
    [86_400_000, '24h'],
    [-2_000, '-2s'],
    [0.25, '250000ns'],
  ])('%d ms is written %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('reads what it writes', () => {
    const whole = property(integer({ min: -1e12, max: 1e12 }), (ms) => parseDuration(formatDuration(ms)) === ms)
    assert(whole)
  })

  it('reads fractions that it writes, to ten nanoseconds', () => {
    const near = (ms: number) => Math.abs(parseDuration(formatDuration(ms)) - ms) < 1e-5
    assert(property(double({ min: 1e-5, max: 1e8, noNaN: true }), near))
  })
})
