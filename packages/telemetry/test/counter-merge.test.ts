import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CounterMerge, parseExposition } from '../src/index.ts'

const counter = (value: number | string, labels = '') =>
  parseExposition(`# TYPE istio_requests_total counter\nistio_requests_total{${labels}} ${value}\n`)

function total(merge: CounterMerge): number {
  return merge.totals().reduce((sum, { value }) => sum + value, 0)
}

describe('CounterMerge', () => {
  it('sums the same series over proxies and keeps others apart', () => {
    const merge = new CounterMerge()
    merge.add('a', counter(10, 'v="1"'))
    merge.add('b', counter(5, 'v="1"'))
    merge.add('b', counter(7, 'v="2"'))
    expect(merge.totals().map(({ series, value }) => [series.key, value])).toEqual([
      ['istio_requests_total{v="1"}', 15],
      ['istio_requests_total{v="2"}', 7],
    ])
  })

  it('goes on from a restart of a proxy', () => {
    const merge = new CounterMerge()
    merge.add('a', counter(10))
    expect(merge.add('a', counter(3)).increments.map(({ by }) => by)).toEqual([3])
    expect(total(merge)).toBe(13)
  })

  it('keeps what a departed proxy added, and does not count it twice when it is back', () => {
    const merge = new CounterMerge()
    merge.add('a', counter(10))
    merge.add('b', counter(1))
    merge.add('a', counter(12))
    expect(total(merge)).toBe(13)
  })

  it('tells the first scrape of a proxy from later ones', () => {
    const merge = new CounterMerge()
    expect(merge.add('a', counter(10)).first).toBe(true)
    expect(merge.add('a', counter(11))).toMatchObject({ first: false, increments: [{ by: 1 }] })
  })

  it('leaves out gauges, undeclared metrics and values that no counter has', () => {
    const merge = new CounterMerge()
    merge.add('a', parseExposition('# TYPE istio_build gauge\nistio_build 1\nistio_other 5\n'))
    merge.add('a', counter('NaN'))
    merge.add('a', counter(-4))
    expect(merge.totals()).toEqual([])
  })

  it('drops and counts series beyond the limit', () => {
    const merge = new CounterMerge({ maxSeries: 2, maxProxies: 10 })
    for (const version of ['1', '2', '3']) merge.add('a', counter(1, `v="${version}"`))
    expect(merge.totals()).toHaveLength(2)
    expect(merge.droppedSamples).toBe(1)
  })

  it('forgets the proxy scraped longest ago beyond the limit', () => {
    const merge = new CounterMerge({ maxSeries: 10, maxProxies: 2 })
    for (const proxy of ['a', 'b', 'a', 'c']) merge.add(proxy, counter(1))
    expect(merge.add('a', counter(1)).first).toBe(false)
    expect(merge.add('b', counter(1)).first).toBe(true)
  })

  it('never goes back and equals the sum of all growth, whatever proxies do', () => {
    const step = fc.record({ proxy: fc.constantFrom('a', 'b', 'c'), grow: fc.nat(50), restart: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const merge = new CounterMerge()
        const values = new Map<string, number>()
        let before = 0
        let grown = 0
        for (const { proxy, grow, restart } of steps) {
          const value = values.get(proxy) ?? 0
          // A restart that grew past the old value can't be told from growth by anybody.
          const next = restart && grow < value ? grow : value + grow
          grown += grow
          values.set(proxy, next)
          merge.add(proxy, counter(next))
          expect(total(merge)).toBeGreaterThanOrEqual(before)
          before = total(merge)
        }
        expect(before).toBe(grown)
      }),
    )
  })
})
