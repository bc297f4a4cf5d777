import { describe, expect, it } from 'vitest'
import { median, medianRatio, quantile } from '../../bench/measure/statistics.ts'
import { failedRows, rowsOf, table } from '../../bench/proxy/report.ts'
import { atLeast, atMost, type Figures, type Scenario } from '../../bench/proxy/scenario.ts'

const scenario = (...lines: Scenario['lines']): Scenario => ({ name: 'http1', lines, run: () => Promise.reject() })
const cpu = { title: 'HTTP/1.1', figure: 'cpu', unit: 'µs', base: 'envoy' } as const
const runs = (...values: number[]): Figures[] => values.map((value) => ({ cpu: value }))

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

  it('takes the nearest rank', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2)
    expect(quantile([4, 1, 3, 2], 0.99)).toBe(4)
  })
})

describe('report', () => {
  const results = new Map([
    ['mizzen', runs(10, 11, 30)],
    ['envoy', runs(20, 44, 40)],
    ['nginx', runs(10, 10, 10)],
  ] as const)

  it('gives medians, the ratio and whether it meets the target', () => {
    const lines = [
      { ...cpu, target: atMost(0.5) },
      { ...cpu, target: atMost(0.49) },
      { ...cpu, base: 'nginx', target: atLeast(1.1) } as const,
      { ...cpu, base: 'haproxy' } as const,
    ]
    const [met, missed, least, alone] = rowsOf(scenario(...lines), results)
    expect(met).toMatchObject({ mizzen: 11, baseValue: 40, ratio: 0.5, verdict: 'met', runs: 3 })
    expect(missed).toMatchObject({ verdict: 'missed' })
    expect(least).toMatchObject({ ratio: 1.1, verdict: 'met' })
    expect(alone).toMatchObject({ mizzen: 11, baseValue: null, ratio: null, verdict: 'not compared' })
  })

  it('tells what could not be run', () => {
    expect(failedRows(scenario(cpu))).toMatchObject([{ mizzen: null, ratio: null, verdict: 'failed' }])
  })

  it('prints one line for each, and a sum', () => {
    const rows = [...rowsOf(scenario({ ...cpu, target: atMost(0.45) }), results), ...failedRows(scenario(cpu))]
    expect(table(rows).split('\n')).toEqual([
      'row    what      unit  mizzen  other  ratio  target',
      'http1  HTTP/1.1  µs      11.0   40.0   0.50  ≤ 0.45  MISSED',
      'http1  HTTP/1.1  µs         -      -      -          FAILED',
      '',
      '0 targets met, 1 missed, 1 lines without figures: their runs failed (other = Envoy where the line names no other)',
    ])
  })
})
