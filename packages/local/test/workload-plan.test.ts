import type { Deployment, Pod } from '@mizzen/api'
import { describe, expect, it } from 'vitest'
import type { SetRecord } from '../src/controllers/replica-set.ts'
import { scalePlan } from '../src/controllers/scaling.ts'
import { planWorkloads } from '../src/controllers/workload-plan.ts'
import { podLike } from './pods.ts'

function deployment(version: string, replicas: number): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'hello', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'hello' } },
      template: { metadata: { labels: { app: 'hello', version } }, spec: { containers: [{ name: 'main' }] } },
    },
  }
}

/** Carries plans out, one after the other, until nothing is left to do. Pods that are made are ready at once. */
function settle(deployments: readonly Deployment[], from: { sets: readonly SetRecord[]; pods: readonly Pod[] }) {
  let { sets, pods } = from
  let made = 0
  for (let round = 0; round < 50; round += 1) {
    const plan = planWorkloads(deployments, sets, pods)
    if (plan.create.length + plan.remove.length === 0 && plan.settled) return { sets: plan.sets, pods, made, plan }
    sets = plan.sets
    const created = plan.create.map((set) => podLike(`${set.name}-${round}-${(made += 1)}`, { owner: set.name }))
    pods = [...pods.filter((pod) => !plan.remove.includes(pod)), ...created]
  }
  throw new Error('the plans do not come to rest')
}

const nothing = { sets: [], pods: [] }

describe('planWorkloads', () => {
  it('makes the Pods of a new Deployment, and then has nothing to do', () => {
    const first = planWorkloads([deployment('v1', 2)], [], [])
    expect(first.create).toHaveLength(2)
    expect(first.settled).toBe(false)
    const { pods, sets } = settle([deployment('v1', 2)], nothing)
    expect(pods).toHaveLength(2)
    expect(sets.map((set) => set.replicas)).toEqual([2])
  })

  it('replaces Pods by those of a new template, and forgets the old set', () => {
    const before = settle([deployment('v1', 3)], nothing)
    const after = settle([deployment('v2', 3)], before)
    expect(after.made).toBe(3)
    expect(after.sets).toHaveLength(1)
    expect(after.pods.every((pod) => !before.pods.includes(pod))).toBe(true)
  })

  it('goes back to the old set when the template goes back half way', () => {
    const before = settle([deployment('v1', 2)], nothing)
    const halfway = planWorkloads([deployment('v2', 2)], before.sets, before.pods)
    const after = settle([deployment('v1', 2)], { sets: halfway.sets, pods: before.pods })
    expect(after.made).toBe(0)
    expect(after.pods).toEqual(before.pods)
  })

  it('removes the Pods of a Deployment that is gone, and of no other', () => {
    const other = { ...deployment('v1', 1), metadata: { name: 'other', namespace: 'default' } }
    const before = settle([deployment('v1', 2), other], nothing)
    const after = settle([other], before)
    expect(after.pods).toHaveLength(1)
    expect(after.sets.map((set) => set.owner)).toEqual(['Deployment/default/other'])
  })

  it('replaces a Pod that goes away without waiting for its end', () => {
    const before = settle([deployment('v1', 1)], nothing)
    const leaving = before.pods.map((pod) => ({
      ...pod,
      metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    }))
    const plan = planWorkloads([deployment('v1', 1)], before.sets, leaving)
    expect(plan.create).toHaveLength(1)
    expect(plan.remove).toEqual([])
  })

  it('keeps the old template of a paused Deployment', () => {
    const before = settle([deployment('v1', 1)], nothing)
    const changed = deployment('v2', 2)
    const plan = planWorkloads([{ ...changed, spec: { ...changed.spec, paused: true } }], before.sets, before.pods)
    expect(plan.create.map((set) => set.name)).toEqual(before.sets.map((set) => set.name))
  })
})

describe('scalePlan', () => {
  it('removes Pods that are not ready first, then the youngest', () => {
    const old = podLike('old', { created: '2026-01-01T00:00:00Z' })
    const young = podLike('young', { created: '2026-01-02T00:00:00Z' })
    const broken = podLike('broken', { ready: false, created: '2025-01-01T00:00:00Z' })
    expect(scalePlan(2, [old, young, broken]).remove).toEqual([broken])
    expect(scalePlan(1, [old, young, broken]).remove).toEqual([broken, young])
  })
})
