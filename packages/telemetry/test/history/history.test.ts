import { describe, expect, it } from 'vitest'
import { History } from '../../src/history/history.ts'
import type { MergedSeries } from '../../src/merged-series.ts'
import { parseSelector } from '../../src/promql/parse.ts'

const START = 1_700_000_000_000

interface Counter extends MergedSeries {
  value: number
}

function counter(name: string, labels: Record<string, string> = {}, value = 0): Counter {
  return { name, labels, value }
}

function samples(history: History, selector: string, afterMs: number, upToMs: number, windowMs = 0) {
  const found = history.select(parseSelector(selector).matchers, afterMs, upToMs, windowMs)
  return found.map((handle) => {
    const { times, values, endings } = handle.read(afterMs, upToMs)
    return { times: Array.from(times), values: Array.from(values), endings }
  })
}

/** Records `seconds` ticks of counters that grow by one each second. */
function run(history: History, counters: readonly Counter[], fromMs: number, seconds: number): number {
  for (let second = 0; second < seconds; second += 1) {
    for (const one of counters) one.value += 1
    history.record(fromMs + second * 1_000, counters)
  }
  return fromMs + seconds * 1_000
}

describe('history', () => {
  it('gives back what was recorded, packed or not', () => {
    const history = new History()
    run(history, [counter('requests', { app: 'a' })], START, 200)
    const [found] = samples(history, 'requests', START + 9_000, START + 150_000)
    expect(found!.values).toEqual(Array.from({ length: 141 }, (_, index) => index + 11))
    expect(found!.times[0]).toBe(START + 10_000)
    expect(found!.times.at(-1)).toBe(START + 150_000)
  })

  it('keeps a sample of each second for an hour, and one of each 15 s for a day', () => {
    const history = new History()
    const end = run(history, [counter('requests')], START, 2 * 3_600)
    const [all] = samples(history, 'requests', 0, end)
    const fine = all!.times.filter((time) => time >= end - 3_600_000)
    expect(fine).toHaveLength(3_600)
    expect(all!.times.length - fine.length).toBe(240)
    expect(all!.times).toEqual([...all!.times].sort((a, b) => a - b))
    expect(all!.values).toEqual(all!.times.map((time) => (time - START) / 1_000 + 1))
  })

  it('reads 15 s samples for long spans whose windows hold several, and the newest seconds at 1 s', () => {
    const history = new History()
    const end = run(history, [counter('requests')], START, 3_000)
    const [long] = samples(history, 'requests', START, end, 300_000)
    expect(long!.times.length).toBeLessThan(250)
    expect(long!.times.at(-1)).toBe(end - 1_000)
    expect(samples(history, 'requests', START, end, 30_000)[0]!.times.length).toBeGreaterThan(2_900)
  })

  it('notes when a series ends, and goes on with it under the same labels', () => {
    const history = new History()
    const other = counter('other')
    const end = run(history, [counter('requests'), other], START, 5)
    run(history, [other], end, 5)
    run(history, [counter('requests', {}, 50), other], end + 5_000, 5)
    const [found] = samples(history, 'requests', 0, end + 60_000)
    expect(found!.endings).toEqual([end])
    expect(found!.values).toEqual([1, 2, 3, 4, 5, 51, 52, 53, 54, 55])
    expect(history.seriesCount).toBe(2)
  })

  it('forgets a series with its last sample', () => {
    const history = new History()
    const other = counter('other')
    let at = run(history, [counter('requests'), other], START, 20)
    for (let tick = 0; tick < 5_800; tick += 1) {
      history.record(at, [other])
      at += 15_000
    }
    expect(history.seriesCount).toBe(1)
  })

  it('leaves out what is too much, and counts it', () => {
    const history = new History({ limits: { maxSeries: 2 } })
    run(history, [counter('a'), counter('b'), counter('c')], START, 3)
    expect(history.seriesCount).toBe(2)
    expect(history.leftOut).toBe(3)
  })

  it('holds no more bytes than it may: the oldest go first', () => {
    const history = new History({ limits: { fineBytes: 1, coarseBytes: 1 } })
    const noisy = Array.from({ length: 200 }, (_, index) => counter('noise', { index: String(index) }))
    let at = START
    for (let tick = 0; tick < 1_200; tick += 1) {
      for (const one of noisy) one.value += Math.sin(tick + one.value)
      history.record(at, noisy)
      at += 1_000
    }
    expect(history.bytes).toBeLessThanOrEqual(4 * 262_144)
    const [found] = samples(history, 'noise{index="7"}', 0, at)
    expect(found!.times.at(-1)).toBe(at - 1_000)
    expect(found!.times.length).toBeGreaterThan(60)
  })

  it('passes over ticks that come too soon, and begins anew when the clock was set back', () => {
    const history = new History()
    const one = counter('requests')
    const end = run(history, [one], START, 10)
    history.record(end - 900, [one])
    history.record(end - 30_000, [one])
    expect(samples(history, 'requests', 0, end)[0]!.times).toHaveLength(10)
    history.record(START - 3_600_000, [one])
    expect(samples(history, 'requests', 0, end)[0]!.times).toEqual([START - 3_600_000])
  })
})
