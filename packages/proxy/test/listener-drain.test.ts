import { describe, expect, it } from 'vitest'
import { Drain } from '../src/listener/drain.ts'

/** Evenly spread over [0, 1). */
function evenly(count: number): () => number {
  let at = 0
  return () => ((at++ * 7) % count) / count
}

const ended = (drain: Drain, nowMs: number) =>
  Array.from({ length: 100 }, () => drain.endsConnection(nowMs)).filter(Boolean).length

describe('a drain', () => {
  it('ends all connections with their next response if it is immediate', () => {
    expect(ended(new Drain('immediate', evenly(100), 1_000, 500), 1_000)).toBe(100)
  })

  it('ends as large a part of them as of its time is over if it is gradual', () => {
    const drain = new Drain('gradual', evenly(100), 1_000, 500)
    expect([1_000, 1_125, 1_250, 1_499, 1_500, 9_000].map((now) => ended(drain, now))).toEqual([
      0, 25, 50, 100, 100, 100,
    ])
  })

  it('closes idle connections in the second half of its time if it is immediate', () => {
    const drain = new Drain('immediate', evenly(10), 0, 1_000)
    const times = Array.from({ length: 10 }, () => drain.idleMs(0))
    expect([Math.min(...times), Math.max(...times)]).toEqual([500, 950])
  })

  it('tells as many of the others at each step, and at the last one all', () => {
    const drain = new Drain('gradual', Math.random, 0, 2_000)
    let [left, step, timeMs] = [1_000, 0, 0]
    const told: number[] = []
    for (;;) {
      const { share, afterMs } = drain.step(step++)
      told.push(Math.round(left * share))
      left -= left * share
      timeMs += afterMs
      if (afterMs === 0) break
    }
    expect(left).toBe(0)
    expect(new Set(told)).toEqual(new Set([50]))
    expect(timeMs).toBe(1_900)
  })

  it('keeps a connection that it has told a second at most, and not past its end', () => {
    const drain = new Drain('gradual', Math.random, 0, 5_000)
    expect([0, 4_400, 5_000].map((now) => drain.idleMs(now))).toEqual([1_000, 600, 1])
  })
})
