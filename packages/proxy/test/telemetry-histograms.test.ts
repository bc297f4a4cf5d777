import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HistogramIntervals } from '../src/telemetry/histogram-intervals.ts'
import { countOf, cumulativeBuckets, quantilesOf, sumOf } from '../src/telemetry/histogram-summary.ts'
import { addBins, binAt, LogLinearHistogram } from '../src/telemetry/log-linear-histogram.ts'

const recorded = (values: readonly number[]) => {
  const histogram = new LogLinearHistogram()
  for (const value of values) histogram.record(value)
  return histogram.counts
}
const values = fc.array(fc.nat({ max: 4_000_000 }), { minLength: 1, maxLength: 50 })

describe('a log-linear histogram', () => {
  it.each([
    [0, 0],
    [0.99, 0],
    [-3, 0],
    [7.8, 7],
    [99.9, 99],
    [100, 100],
    [109.9, 100],
    [999, 990],
    [1_234, 1_200],
    [3_600_000, 3_600_000],
    [1e15, 9_900_000_000],
  ])('counts %f in the bin that begins at %i', (value, lower) => {
    const bin = recorded([value]).indexOf(1)
    expect(binAt(bin).lower).toBe(lower)
  })

  it('puts each number in the bin that it belongs to', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 2_000_000_000 }), (value) => {
        const { lower, width } = binAt(recorded([value]).indexOf(1))
        expect(lower).toBeLessThanOrEqual(value)
        expect(lower + width).toBeGreaterThan(value)
        expect(width).toBeLessThanOrEqual(value / 10)
      }),
    )
  })

  it('of several workers is that of all that they recorded', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        const sum = addBins(recorded(one), recorded(other))
        expect([...sum]).toEqual([...recorded([...one, ...other])])
      }),
    )
  })

  it('takes no memory before it is used, and then as much as its values need', () => {
    expect(new LogLinearHistogram().counts.length).toBe(0)
    expect(recorded([5]).length).toBe(recorded([999]).length)
    expect(recorded([1e12]).length).toBe(820)
  })
})

describe('what is told of a histogram', () => {
  it('errs by a bin at most', () => {
    fc.assert(
      fc.property(values, (all) => {
        const sorted = all.toSorted((a, b) => a - b)
        const bins = recorded(all)
        expect(countOf(bins)).toBe(all.length)
        const exact = all.reduce((sum, value) => sum + value, 0)
        expect(Math.abs(sumOf(bins) - exact)).toBeLessThanOrEqual(exact * 0.1)
        const largest = quantilesOf(bins).at(-1) as number
        expect(Math.abs(largest - (sorted.at(-1) as number))).toBeLessThanOrEqual(0.1 + largest * 0.1)
      }),
    )
  })

  it('is nothing before there is a value', () => {
    expect(quantilesOf(new Float64Array(0))).toEqual(Array(10).fill(null))
    expect(cumulativeBuckets(new Float64Array(0))).toEqual(Array(19).fill(0))
  })

  it('counts what lies on a bound as below it', () => {
    const [, one, five] = cumulativeBuckets(recorded([1, 5, 6]))
    expect([one, five]).toEqual([1, 2])
  })
})

describe('intervals of histograms', () => {
  const stat = (bins: Float64Array) => ({ scope: 'cluster', owner: 'a', name: 'upstream_rq_time', bins })

  it('are what came between two ends', () => {
    const histogram = new LogLinearHistogram()
    const intervals = new HistogramIntervals()
    const now = () => countOf(intervals.of(stat(histogram.counts)))
    expect(now()).toBe(0)
    histogram.record(1)
    histogram.record(500_000)
    intervals.latch([stat(histogram.counts)])
    histogram.record(2)
    expect(now()).toBe(2)
    intervals.latch([stat(histogram.counts)])
    expect(now()).toBe(1)
    intervals.latch([stat(histogram.counts)])
    expect(now()).toBe(0)
  })

  it('begin anew with whoever counts', () => {
    const intervals = new HistogramIntervals()
    intervals.latch([stat(recorded([1, 1]))])
    intervals.latch([stat(recorded([2]))])
    expect(countOf(intervals.of(stat(recorded([2]))))).toBe(0)
  })
})
