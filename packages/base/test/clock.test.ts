import { describe, expect, it } from 'vitest'
import { ManualClock, sleep } from '../src/index.ts'

describe('ManualClock', () => {
  it('fires timers in order of their time, then of their creation', () => {
    const clock = new ManualClock()
    const fired: string[] = []
    clock.after(20, () => fired.push('b'))
    clock.after(10, () => fired.push('a'))
    clock.after(20, () => fired.push('c'))
    clock.advance(19)
    expect(fired).toEqual(['a'])
    clock.advance(1)
    expect(fired).toEqual(['a', 'b', 'c'])
  })

  it('runs timers that fall due while it advances', () => {
    const clock = new ManualClock(1_000)
    const seen: number[] = []
    const tick = () => {
      seen.push(clock.now())
      if (seen.length < 3) clock.after(10, tick)
    }
    clock.after(10, tick)
    clock.advance(100)
    expect(seen).toEqual([1_010, 1_020, 1_030])
    expect(clock.monotonic()).toBe(100)
  })

  it('does not fire what was cancelled, and takes a second cancel', () => {
    const clock = new ManualClock()
    let fired = false
    const timer = clock.after(5, () => {
      fired = true
    })
    timer.cancel()
    timer.cancel()
    clock.advance(10)
    expect(fired).toBe(false)
  })

  it('drives sleep', async () => {
    const clock = new ManualClock()
    const woken = sleep(clock, 50).then(() => clock.monotonic())
    clock.advance(50)
    expect(await woken).toBe(50)
  })
})
