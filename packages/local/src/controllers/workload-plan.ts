import { type Deployment, objectKey, type Pod } from '@mizzen/api'
import { availablePods, currentSet, podsOf, type SetRecord } from './replica-set.ts'
import { rolloutLimits, rolloutStep } from './rollout-plan.ts'
import { scalePlan } from './scaling.ts'

export interface WorkloadPlan {
  /** All sets from now on, oldest first. */
  readonly sets: readonly SetRecord[]
  /** One entry for each Pod that is to be made. */
  readonly create: readonly SetRecord[]
  readonly remove: readonly Pod[]
  /** Every Deployment has the Pods that it asks for, all of its present template and ready. */
  readonly settled: boolean
}

/**
 * What is to be done so that the Pods become what the Deployments ask for. Pure: applied to its own outcome, with Pods
 * becoming ready in between, it comes to rest. The Pods of a Deployment that is gone are removed.
 */
export function planWorkloads(
  deployments: readonly Deployment[],
  sets: readonly SetRecord[],
  pods: readonly Pod[],
): WorkloadPlan {
  const wanted = new Set(deployments.map((deployment) => objectKey(deployment)))
  const orphans = sets.filter((set) => !wanted.has(set.owner)).map((set) => ({ ...set, replicas: 0 }))
  const rolled = deployments.flatMap((deployment) => rollOut(deployment, sets, pods))
  const next = [...orphans, ...rolled.map((entry) => entry.set)]
  const scaled = next.map((set) => ({ set, plan: scalePlan(set.replicas, podsOf(set, pods)) }))
  return {
    sets: next.filter((set) => set.replicas > 0 || podsOf(set, pods).length > 0 || isCurrent(set, rolled)),
    create: scaled.flatMap(({ set, plan }) => Array.from({ length: plan.create }, () => set)),
    remove: scaled.flatMap(({ plan }) => plan.remove),
    settled: rolled.every((entry) => entry.settled),
  }
}

interface RolledSet {
  readonly set: SetRecord
  readonly current: boolean
  readonly settled: boolean
}

function isCurrent(set: SetRecord, rolled: readonly RolledSet[]): boolean {
  return rolled.some((entry) => entry.current && entry.set === set)
}

/** The sets of one Deployment with their next numbers: old ones first, the current one last. */
function rollOut(deployment: Deployment, sets: readonly SetRecord[], pods: readonly Pod[]): readonly RolledSet[] {
  const fresh = currentSet(deployment)
  const own = sets.filter((set) => set.owner === fresh.owner)
  const before = own.find((set) => set.name === fresh.name)
  // A paused Deployment is scaled, but gets no new template.
  const paused = before === undefined && deployment.spec.paused === true ? own.at(-1) : undefined
  const current = paused ?? { ...fresh, replicas: before?.replicas ?? 0 }
  const old = own.filter((set) => set.name !== current.name)

  const limits = rolloutLimits(deployment.spec)
  const state = (set: SetRecord) => ({ replicas: set.replicas, available: availablePods(podsOf(set, pods)) })
  const oldPods = old.flatMap((set) => podsOf(set, pods))
  const step = rolloutStep(limits, state(current), old.map(state), oldPods.length)
  const settled = state(current).available >= limits.replicas && oldPods.length === 0
  return [
    ...old.map((set, index) => ({ set: { ...set, replicas: step.old[index] ?? 0 }, current: false, settled: true })),
    { set: { ...current, replicas: step.current }, current: true, settled },
  ]
}
