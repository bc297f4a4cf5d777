import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExposition } from '../src/index.ts'
import { type MergeLimits, MergeTable } from '../src/merge-table.ts'
import { ScrapedCounters } from '../src/scraped-counters.ts'
import { TrafficTable } from '../src/traffic-table.ts'

const page = (value: number | string, labels = '') =>
  parseExposition(`# TYPE istio_requests_total counter\nistio_requests_total{${labels}} ${value}\n`)

function tables(limits?: MergeLimits) {
  const traffic = new TrafficTable()
  const merged = new MergeTable(traffic, limits)
  return { traffic, merged, scraped: new ScrapedCounters(merged) }
}

function total(merged: MergeTable): number {
  return [...merged.series()].reduce((sum, { value }) => sum + value, 0)
}

describe('the sums over all proxies', () => {
  it('add the same series, whatever the order of its labels, and keep others apart', () => {
    const { merged, scraped } = tables()
    scraped.add('a', page(10, 'v="1",w="x"'), 0)
    scraped.add('b', page(5, 'w="x",v="1"'), 0)
    scraped.add('b', page(7, 'v="2"'), 0)
    expect([...merged.series()].map(({ labels, value }) => [labels.v, value])).toEqual([
      ['1', 15],
      ['2', 7],
    ])
  })

  it('keep the object of a series as long as it lives, and forget what is idle', () => {
    const { merged, scraped } = tables({ maxSeries: 10, idleMs: 1_000 })
    scraped.add('a', page(1), 0)
    const [first] = merged.series()
    scraped.add('a', page(2), 900)
    merged.expire(1_500)
    expect([...merged.series()]).toEqual([first])
    merged.expire(2_000)
    expect([...merged.series()]).toEqual([])
    scraped.add('a', page(5), 2_100)
    expect([...merged.series()]).toMatchObject([{ value: 3 }])
  })

  it('leave out gauges, undeclared metrics and values that no counter has', () => {
    const { merged, scraped } = tables()
    scraped.add('a', parseExposition('# TYPE istio_build gauge\nistio_build 1\nistio_other 5\n'), 0)
    scraped.add('a', page('NaN'), 0)
    scraped.add('a', page(-4), 0)
    expect(total(merged)).toBe(0)
  })

  it('drop and count what has no room', () => {
    const { merged, scraped } = tables({ maxSeries: 2, idleMs: 1_000 })
    for (const version of ['1', '2', '3']) scraped.add('a', page(1, `v="${version}"`), 0)
    expect([...merged.series()]).toHaveLength(2)
    expect(merged.dropped).toBe(1)
  })

  it('never go back and equal the sum of all growth, whatever proxies do', () => {
    const step = fc.record({ proxy: fc.constantFrom('a', 'b', 'c'), grow: fc.nat(50), restart: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { merged, scraped } = tables()
        const values = new Map<string, number>()
        let before = 0
        let grown = 0
        for (const { proxy, grow, restart } of steps) {
          const value = values.get(proxy) ?? 0
          // A restart that grew past the old value can't be told from growth by anybody.
          const next = restart && grow < value ? grow : value + grow
          grown += grow
          values.set(proxy, next)
          scraped.add(proxy, page(next), 0)
          expect(total(merged)).toBeGreaterThanOrEqual(before)
          before = total(merged)
        }
        expect(before).toBe(grown)
      }),
    )
  })
})

describe('tallies', () => {
  const labels = 'reporter="source",destination_service="s",destination_workload="w",destination_version="v1"'

  it('count what came about since the first page: requests, failures, and durations by bucket', () => {
    const { traffic, scraped } = tables()
    const both = (good: number, bad: number, upTo5: number) =>
      parseExposition(
        `# TYPE istio_requests_total counter
istio_requests_total{${labels},response_code="200"} ${good}
istio_requests_total{${labels},response_code="503"} ${bad}
# TYPE istio_request_duration_milliseconds histogram
istio_request_duration_milliseconds_bucket{${labels},le="1"} 0
istio_request_duration_milliseconds_bucket{${labels},le="5"} ${upTo5}
istio_request_duration_milliseconds_bucket{${labels},le="+Inf"} ${good + bad}
istio_request_duration_milliseconds_sum{${labels}} 10
istio_request_duration_milliseconds_count{${labels}} ${good + bad}
`,
      )
    scraped.add('a', both(100, 50, 100), 0)
    scraped.add('a', both(107, 53, 106), 0)
    const [tally] = traffic.matching({ workload: 'w' })
    expect(tally).toMatchObject({ service: 's', version: 'v1', route: '', requests: 10, failures: 3 })
    expect(tally?.latency[2]).toBe(6)
    expect(tally?.latency.at(-1)).toBe(4)
  })
})
