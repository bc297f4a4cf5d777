import type { CanarySpec } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import { planOf } from '../src/index.ts'

const SPEC: CanarySpec = {
  traffic: { virtualService: 'myapp' },
  stable: { subset: 'v1' },
  canary: { subset: 'v2' },
  steps: [{ setWeight: 10 }, { pause: { duration: '60s' } }, { setWeight: 50 }, { pause: { duration: '60s' } }],
}

describe('a plan', () => {
  const plan = planOf(SPEC, { requestsPerSecond: 100, errorRate: 0.001 })

  it('follows the steps, with the requests that each brings', () => {
    expect(plan.steps.map(({ weight, startsMs, canaryRequests }) => [weight, startsMs, canaryRequests])).toEqual([
      [10, 0, 10],
      [10, 1_000, 610],
      [50, 61_000, 660],
      [50, 62_000, 3_660],
    ])
    expect(plan.promotion.waitsMs).toBe(0)
    expect(plan.totalMs).toBe(123_000)
  })

  it('finds less the less traffic there is, and ever more on the way', () => {
    const finds = plan.steps.map((step) => step.finds ?? Number.POSITIVE_INFINITY)
    expect(finds).toEqual([...finds].sort((a, b) => b - a))
    expect(finds.at(-1)).toBeLessThan(0.03)
    const slow = planOf(SPEC, { requestsPerSecond: 1, errorRate: 0.001 })
    expect(slow.steps.at(-1)?.finds ?? 2).toBeGreaterThan(finds.at(-1) as number)
    expect(slow.promotion.waitsMs).toBeGreaterThan(60_000)
  })

  it('has no end where somebody has to go on', () => {
    const byHand = planOf(
      { ...SPEC, steps: [{ setWeight: 5 }, { pause: {} }] },
      { requestsPerSecond: 10, errorRate: 0 },
    )
    expect([byHand.totalMs, byHand.steps[1]?.lastsMs, byHand.steps[1]?.canaryRequests]).toEqual([null, null, null])
  })
})
