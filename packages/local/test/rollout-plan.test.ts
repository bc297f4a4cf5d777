import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RolloutLimits, rolloutLimits, rolloutStep, type SetState } from '../src/controllers/rollout-plan.ts'

const template = { spec: { containers: [{ name: 'main' }] } }
const rolling = (replicas: number, maxSurge: number, maxUnavailable: number): RolloutLimits => ({
  replicas,
  maxSurge,
  maxUnavailable,
  recreate: false,
})
const set = (replicas: number, available = replicas): SetState => ({ replicas, available })

describe('rolloutLimits', () => {
  it.each([
    { why: 'a quarter of one is one more', spec: {}, surge: 1, unavailable: 0 },
    { why: 'a quarter of ten', spec: { replicas: 10 }, surge: 3, unavailable: 2 },
    {
      why: 'both zero would never get anywhere',
      spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } },
      surge: 0,
      unavailable: 1,
    },
    {
      why: 'numbers and shares',
      spec: { replicas: 4, strategy: { rollingUpdate: { maxSurge: '50%', maxUnavailable: 1 } } },
      surge: 2,
      unavailable: 1,
    },
  ])('$why', ({ spec, surge, unavailable }) => {
    const limits = rolloutLimits({ selector: {}, template, ...spec })
    expect([limits.maxSurge, limits.maxUnavailable]).toEqual([surge, unavailable])
  })
})

describe('rolloutStep', () => {
  it.each([
    { why: 'starts a first Deployment at once', limits: rolling(3, 1, 0), current: set(0), old: [], next: [3] },
    { why: 'scales down without an old set', limits: rolling(1, 1, 0), current: set(3), old: [], next: [1] },
    {
      why: 'adds one above before it takes any',
      limits: rolling(2, 1, 0),
      current: set(0),
      old: [set(2)],
      next: [1, 2],
    },
    { why: 'waits for the new Pod', limits: rolling(2, 1, 0), current: set(1, 0), old: [set(2)], next: [1, 2] },
    {
      why: 'takes an old one for a ready new one',
      limits: rolling(2, 1, 0),
      current: set(1),
      old: [set(2)],
      next: [1, 1],
    },
    {
      why: 'takes broken old ones first',
      limits: rolling(2, 1, 1),
      current: set(1, 0),
      old: [set(1, 0), set(1)],
      next: [1, 0, 1],
    },
    { why: 'goes down first if it may', limits: rolling(2, 0, 1), current: set(0), old: [set(2)], next: [0, 1] },
  ])('$why', ({ limits, current, old, next }) => {
    const step = rolloutStep(limits, current, old, 0)
    expect([step.current, ...step.old]).toEqual(next)
  })

  it('lets the old Pods end before the new ones start when told to recreate', () => {
    const limits = { ...rolling(2, 1, 0), recreate: true }
    expect(rolloutStep(limits, set(0), [set(2)], 2)).toEqual({ current: 0, old: [0] })
    expect(rolloutStep(limits, set(0), [set(0)], 1)).toEqual({ current: 0, old: [0] })
    expect(rolloutStep(limits, set(0), [], 0)).toEqual({ current: 2, old: [] })
  })

  it('ends with the new Pods alone, within its limits all the way', () => {
    const numbers = fc.record({
      replicas: fc.integer({ min: 1, max: 12 }),
      maxSurge: fc.integer({ min: 0, max: 5 }),
      maxUnavailable: fc.integer({ min: 0, max: 5 }),
      old: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }),
      pace: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 10 }),
    })
    fc.assert(
      fc.property(numbers, ({ replicas, maxSurge, maxUnavailable, old, pace }) => {
        fc.pre(maxSurge + maxUnavailable > 0)
        const limits = rolling(replicas, maxSurge, maxUnavailable)
        let current = set(0)
        let before = old.map((count) => set(count))
        const total = () => current.replicas + before.reduce((sum, one) => sum + one.replicas, 0)
        const available = () => current.available + before.reduce((sum, one) => sum + one.available, 0)
        const most = Math.max(total(), replicas + maxSurge)
        const least = Math.min(available(), replicas - maxUnavailable)
        for (let round = 0; round < 200; round += 1) {
          const step = rolloutStep(limits, current, before, 0)
          current = { replicas: step.current, available: Math.min(current.available, step.current) }
          before = before.map((_, index) => set(step.old[index] ?? 0))
          expect(total()).toBeLessThanOrEqual(most)
          expect(available()).toBeGreaterThanOrEqual(least)
          const ready = Math.max(round > 100 ? 1 : 0, pace[round % pace.length] ?? 0)
          current = { ...current, available: Math.min(current.replicas, current.available + ready) }
        }
        expect([current, ...before]).toEqual([set(replicas), ...before.map(() => set(0))])
      }),
    )
  })
})
