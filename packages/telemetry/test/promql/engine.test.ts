import { ManualClock } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { createPromqlEngine, type PromqlOptions } from '../../src/promql/engine.ts'
import { labelsFrom } from '../../src/promql/labels.ts'
import type { SeriesSource } from '../../src/promql/series-source.ts'

/** Ten counters with a sample each 10 s from 0 on, growing by their number each time. */
const source: SeriesSource = {
  select: (matchers) =>
    Array.from({ length: 10 }, (_, index) => ({
      labels: labelsFrom([
        ['__name__', 'requests'],
        ['app', `app-${index}`],
      ]),
      times: Array.from({ length: 100 }, (_, tick) => tick * 10_000),
      values: Array.from({ length: 100 }, (_, tick) => tick * index),
      endings: [],
    }))
      .filter(({ labels }) => matchers.every(({ name, accepts }) => accepts(labels.values.get(name) ?? '')))
      .map((data) => ({ labels: data.labels, read: () => data })),
}

const engine = (options: Partial<PromqlOptions> = {}) =>
  createPromqlEngine({ source, clock: new ManualClock(), ...options })

describe('evaluating PromQL', () => {
  it('gives values at one time', async () => {
    const result = await engine().instant('sum(rate(requests[1m]))', 500_000)
    expect(result).toMatchObject({ type: 'vector', samples: [{ value: 4.5 }] })
  })

  it('gives values over a range, sorted by labels', async () => {
    const result = await engine().range('requests{app=~"app-[32]"}', { startMs: 0, endMs: 20_000, stepMs: 10_000 })
    expect(result).toMatchObject({
      series: [
        { times: [0, 10_000, 20_000], values: [0, 2, 4] },
        { times: [0, 10_000, 20_000], values: [0, 3, 6] },
      ],
    })
  })

  it('refuses to load more samples than allowed', async () => {
    const small = engine({ limits: { maxSamples: 900 } })
    await expect(small.instant('requests', 0)).rejects.toMatchObject({ code: 'promql-too-large' })
    await expect(small.range('vector(1)', { startMs: 0, endMs: 5_000, stepMs: 1 })).rejects.toMatchObject({
      code: 'promql-too-large',
    })
    await expect(small.instant('sum_over_time(vector(1)[1h:1s])', 0)).rejects.toMatchObject({
      code: 'promql-too-large',
    })
  })

  it('refuses to answer with more samples than allowed', async () => {
    const small = engine({ limits: { maxAnswer: 50 } })
    const times = { startMs: 0, endMs: 50_000, stepMs: 10_000 }
    await expect(small.range('requests', times)).rejects.toMatchObject({ code: 'promql-too-large' })
    await expect(small.instant('requests[1h]', 990_000)).rejects.toMatchObject({ code: 'promql-too-large' })
    expect(await small.range('sum(requests)', times)).toMatchObject({ type: 'matrix' })
  })

  it('runs a few at once, lets others wait, and refuses what is too much', async () => {
    const crowd = engine()
    const all = await Promise.allSettled(Array.from({ length: 200 }, () => crowd.instant('sum(requests)', 0)))
    const done = all.filter(({ status }) => status === 'fulfilled')
    expect(done.length).toBeGreaterThan(100)
    expect(done.length).toBeLessThan(200)
    expect(await crowd.instant('1', 0)).toMatchObject({ value: 1 })
  })

  it('ends in time, and when nobody waits any more', async () => {
    const clock = new ManualClock()
    const slow: SeriesSource = {
      select: (...args) => {
        clock.advance(2_000)
        return source.select(...args)
      },
    }
    const limits = { timeoutMs: 1_000 }
    await expect(engine({ clock, source: slow, limits }).instant('requests', 0)).rejects.toMatchObject({
      code: 'promql-timeout',
    })
    const signal = AbortSignal.abort()
    await expect(engine().instant('requests', 0, { signal })).rejects.toMatchObject({ code: 'promql-timeout' })
  })
})
