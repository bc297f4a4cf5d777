import { ManualClock } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { Admission } from '../src/admission.ts'

function crowd(limit: number, count: number) {
  const clock = new ManualClock()
  const admission = new Admission({ clock, limit, patienceMs: 1_000 })
  const started: number[] = []
  const leave = Array.from({ length: count }, (_, index) => admission.enter(() => started.push(index)))
  return { clock, admission, started, leave }
}

describe('admission', () => {
  it('lets as many in as the limit says, and the next in their order as others leave', () => {
    const { admission, started, leave } = crowd(2, 5)
    expect(started).toEqual([0, 1])
    leave[1]?.()
    expect(started).toEqual([0, 1, 2])
    leave[0]?.()
    leave[2]?.()
    expect(started).toEqual([0, 1, 2, 3, 4])
    expect(admission.waiting).toBe(0)
  })

  it('forgets whoever goes while waiting, and makes room once for who leaves twice', () => {
    const { admission, started, leave } = crowd(1, 4)
    leave[1]?.()
    leave[0]?.()
    leave[0]?.()
    expect(started).toEqual([0, 2])
    expect(admission.waiting).toBe(1)
  })

  it('does not wait for one that takes too long', () => {
    const { clock, started } = crowd(1, 3)
    clock.advance(999)
    expect(started).toEqual([0])
    clock.advance(1)
    expect(started).toEqual([0, 1])
    clock.advance(1_000)
    expect(started).toEqual([0, 1, 2])
  })

  it('leaves no timer behind', () => {
    const { clock, started, leave } = crowd(1, 2)
    for (const one of leave) one()
    clock.advance(10_000)
    expect(started).toEqual([0, 1])
  })
})
