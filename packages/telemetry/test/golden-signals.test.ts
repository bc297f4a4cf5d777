import { describe, expect, it } from 'vitest'
import { trafficSignals, versionSignals } from '../src/golden-signals.ts'
import { histogramQuantile } from '../src/index.ts'
import { TrafficTable } from '../src/traffic-table.ts'

const KEY = { reporter: 'source', service: 'myapp', namespace: 'default', workload: 'w', route: '' } as const

function count(table: TrafficTable, version: string, requests: number, failures = 0, bucket = 2): void {
  const tally = table.find({ ...KEY, version })
  if (tally === undefined) return
  tally.requests += requests
  tally.failures += failures
  tally.latency[bucket] = (tally.latency[bucket] ?? 0) + requests
  tally.changed = true
}

describe('golden signals', () => {
  it('give share, rate, errors and latency per version', () => {
    const table = new TrafficTable()
    count(table, 'v1', 70)
    count(table, 'v2', 30, 10, 4)
    table.slice(1_000)
    const [v1, v2] = versionSignals(table.all, { nowMs: 1_000, windowMs: 5_000, sliceMs: 500 })
    expect(v1).toMatchObject({ service: 'myapp', reporter: 'source', version: 'v1', share: 0.7, errorRate: 0 })
    // There is but half a second of the past.
    expect(v1).toMatchObject({ requestsPerSecond: 140, p50Ms: 3 })
    expect(v2).toMatchObject({ version: 'v2', share: 0.3, errorRate: 1 / 3 })
    expect(v2?.p99Ms).toBeCloseTo(24.85)
  })

  it('forget what is older than the window', () => {
    const table = new TrafficTable()
    count(table, 'v1', 100)
    table.slice(1_000)
    count(table, 'v2', 10)
    table.slice(9_000)
    const versions = (nowMs: number) => versionSignals(table.all, { nowMs, windowMs: 5_000, sliceMs: 500 })
    expect(versions(9_500).map(({ version, share }) => [version, share])).toEqual([['v2', 1]])
    expect(versions(30_000)).toEqual([])
  })

  it('spread the count over the time that it stands for', () => {
    const table = new TrafficTable()
    for (let tick = 1; tick <= 20; tick += 1) {
      count(table, 'v1', 10)
      table.slice(tick * 500)
    }
    const [signals] = versionSignals(table.all, { nowMs: 10_000, windowMs: 5_000, sliceMs: 500 })
    expect(signals?.requestsPerSecond).toBeCloseTo(20)
  })

  it('tell routes apart, and count them in no version twice', () => {
    const table = new TrafficTable()
    count(table, 'v1', 10)
    const byRoute = table.find({ ...KEY, version: 'v1', route: 'checkout' })
    Object.assign(byRoute ?? {}, { requests: 10, attempts: 14, failures: 1, changed: true })
    table.slice(500)
    const window = { nowMs: 500, windowMs: 1_000, sliceMs: 500 }
    expect(versionSignals(table.all, window)).toMatchObject([{ version: 'v1', requests: 10 }])
    expect(trafficSignals(table.all, window).map(({ route, attempts }) => [route, attempts])).toEqual([
      ['', 0],
      ['checkout', 14],
    ])
  })

  it('keep a bounded number of tallies, and count what is left out', () => {
    const table = new TrafficTable()
    for (let version = 0; version < 4_010; version += 1) count(table, `v${version}`, 1)
    expect([...table.all]).toHaveLength(4_000)
    expect(table.dropped).toBe(10)
  })
})

describe('histogramQuantile', () => {
  const buckets = [
    { upTo: 10, count: 5 },
    { upTo: 20, count: 9 },
    { upTo: Number.POSITIVE_INFINITY, count: 10 },
  ]
  it.each([
    [0.5, 10],
    [0.25, 5],
    [0.7, 15],
    [0.99, 20],
  ])('q %d', (q, value) => {
    expect(histogramQuantile(q, buckets)).toBeCloseTo(value)
  })

  it('is undefined without observations', () => {
    expect(histogramQuantile(0.5, [])).toBeUndefined()
    expect(histogramQuantile(0.5, [{ upTo: 1, count: 0 }])).toBeUndefined()
  })
})
