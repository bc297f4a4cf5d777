import { describe, expect, it } from 'vitest'
import { rows, type Samples, table } from '../../bench/http1/report.ts'
import { median, medianRatio } from '../../bench/measure/statistics.ts'

const samples = (name: string, cpuMicros: number[], restMiB: number): Samples => ({
  name,
  atRest: { resident: restMiB * 2 ** 20, anonymous: restMiB * 2 ** 19 },
  cpuMicros,
  requestsPerSecond: cpuMicros.map(() => 1000),
  p50Ms: cpuMicros.map(() => 1),
  p99Ms: cpuMicros.map(() => 2),
})

describe('statistics', () => {
  it('takes the middle', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([])).toBeNaN()
  })

  it('compares round by round, so that drift cancels', () => {
    // The machine became three times as slow on the way; ours is half in every round.
    expect(medianRatio([10, 20, 30], [20, 40, 60])).toBe(0.5)
  })
})

describe('report', () => {
  const results = new Map([
    ['plain', [samples('mizzen', [10, 11, 30], 50), samples('envoy', [20, 44, 40], 100)]],
  ] as const)

  it('gives medians, and ratios to Envoy', () => {
    const [mizzen, envoy] = rows(results)
    expect(mizzen).toMatchObject({
      mode: 'plain',
      name: 'mizzen',
      cpuMicros: 11,
      cpuRatio: 0.5,
      restMiB: 50,
      restRatio: 0.5,
      runs: 3,
    })
    expect(envoy).toMatchObject({ cpuRatio: 1, restRatio: 1 })
  })

  it('has no ratio without Envoy', () => {
    expect(rows(new Map([['plain', [samples('nginx', [1], 1)]]] as const))[0]).toMatchObject({
      cpuRatio: null,
      restRatio: null,
    })
  })

  it('prints one line for each', () => {
    expect(table(rows(results)).split('\n')).toEqual([
      'mode   proxy   CPU µs/request  to Envoy  requests/s  p50 ms  p99 ms  MiB at rest  to Envoy  anonymous',
      'plain  mizzen            11.0      0.50        1000    1.00    2.00         50.0      0.50       25.0',
      'plain  envoy             40.0      1.00        1000    1.00    2.00        100.0      1.00       50.0',
    ])
  })
})
