import { ManualClock } from '@mizzen/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeadlineWheel } from '../src/http/deadline-wheel.ts'
import { EventTurn } from '../src/http/event-turn.ts'

function rethrow(error: unknown): never {
  throw error
}

function setUp() {
  const clock = new ManualClock()
  const turn = new EventTurn(clock, rethrow)
  const wheel = new DeadlineWheel(clock, turn)
  const arm = (deadline: ReturnType<DeadlineWheel['deadline']>, ms: number) => turn.run(() => deadline.arm(ms))
  return { clock, turn, wheel, arm }
}

describe('deadlines', () => {
  it('fire never early and at most a slot late, however far away', () => {
    const ms = fc.integer({ min: 1, max: 60_000 })
    fc.assert(
      fc.property(fc.array(fc.tuple(ms, fc.nat(500)), { minLength: 1, maxLength: 20 }), (plan) => {
        const { clock, wheel, arm } = setUp()
        const late: number[] = []
        for (const [delay, pause] of plan) {
          const due = clock.monotonic() + delay
          arm(
            wheel.deadline(() => late.push(clock.monotonic() - due)),
            delay,
          )
          clock.advance(pause)
        }
        clock.advance(61_000)
        expect(late).toHaveLength(plan.length)
        for (const by of late) expect(by >= 0 && by <= 10).toBe(true)
        expect(wheel.linked).toBe(0)
      }),
    )
  })

  it('are let go when cancelled, long before their slot: closed connections do not pile up', () => {
    const { clock, wheel, arm } = setUp()
    let fired = 0
    const kept = wheel.deadline(() => (fired += 1))
    arm(kept, 9_000)
    for (let index = 0; index < 20_000; index += 1) {
      const deadline = wheel.deadline(() => (fired += 100))
      arm(deadline, 9_000)
      deadline.cancel()
    }
    expect(wheel.linked).toBeLessThan(2_100)
    clock.advance(9_010)
    expect(fired).toBe(1)
  })

  it('all fire, however many are armed', () => {
    const { clock, wheel, arm } = setUp()
    let fired = 0
    for (let index = 0; index < 10_000; index += 1)
      arm(
        wheel.deadline(() => (fired += 1)),
        1 + (index % 5_000),
      )
    clock.advance(5_010)
    expect(fired).toBe(10_000)
  })

  it('fire once for the last arming, not for those before', () => {
    const { clock, wheel, arm } = setUp()
    const fired: number[] = []
    const deadline = wheel.deadline(() => fired.push(clock.monotonic()))
    arm(deadline, 100)
    clock.advance(50)
    arm(deadline, 1000)
    clock.advance(500)
    arm(deadline, 20)
    clock.advance(5000)
    expect(fired).toEqual([570])
  })

  it('do not fire when cancelled or armed with 0, and may be armed again while firing', () => {
    const { clock, wheel, arm } = setUp()
    let fired = 0
    const cancelled = wheel.deadline(() => (fired += 100))
    arm(cancelled, 10)
    cancelled.cancel()
    arm(cancelled, 0)
    const repeating = wheel.deadline(() => {
      fired += 1
      if (fired < 3) repeating.arm(10)
    })
    arm(repeating, 10)
    clock.advance(20_000)
    expect(fired).toBe(3)
  })

  it('cost nothing when there are none, and nothing fires after close', () => {
    const { clock, wheel, arm } = setUp()
    let fired = 0
    arm(
      wheel.deadline(() => (fired += 1)),
      10,
    )
    wheel.close()
    clock.advance(1000)
    expect(fired).toBe(0)
  })
})

describe('turns', () => {
  it('flush once, at the end of the outermost', () => {
    const { turn } = setUp()
    const flushed: string[] = []
    turn.run(() => {
      turn.flushLater({ flush: () => flushed.push('a') })
      turn.run(() => turn.flushLater({ flush: () => flushed.push('b') }))
      expect(flushed).toEqual([])
    })
    expect(flushed).toEqual(['a', 'b'])
  })

  it('catch faults where nobody waits for the event', () => {
    const reported: unknown[] = []
    const clock = new ManualClock()
    const turn = new EventTurn(clock, (error) => reported.push(error))
    const wheel = new DeadlineWheel(clock, turn)
    let fired = 0
    const faulty = wheel.deadline(() => {
      throw new Error('fault')
    })
    const good = wheel.deadline(() => (fired += 1))
    turn.run(() => {
      for (const deadline of [faulty, good]) deadline.arm(10)
    })
    clock.advance(100)
    expect([fired, reported.map(String)]).toEqual([1, ['Error: fault']])
  })

  it('flush what flushing itself brings up, and end in order after an exception', () => {
    const { turn } = setUp()
    const flushed: string[] = []
    const second = { flush: () => flushed.push('second') }
    expect(() =>
      turn.run(() => {
        turn.flushLater({
          flush() {
            flushed.push('first')
            turn.flushLater(second)
          },
        })
        throw new Error('handler')
      }),
    ).toThrow('handler')
    expect(flushed).toEqual(['first', 'second'])
    turn.run(() => turn.flushLater(second))
    expect(flushed).toHaveLength(3)
  })
})
