import type { DeploymentSpec } from '@mizzen/api'

/** One of a Deployment's ReplicaSets, as far as the rollout is concerned. */
export interface SetState {
  /** How many Pods it is told to have. */
  readonly replicas: number
  /** How many of its Pods are ready and not terminating. */
  readonly available: number
}

export interface RolloutLimits {
  readonly replicas: number
  /** Pods more than `replicas` that may be there meanwhile. */
  readonly maxSurge: number
  /** Pods fewer than `replicas` that may be available meanwhile. */
  readonly maxUnavailable: number
  /** The old Pods go before the new ones come. */
  readonly recreate: boolean
}

/** Kubernetes' defaults: 1 replica, 25 % surge (rounded up) and 25 % unavailable (rounded down). */
export function rolloutLimits(spec: DeploymentSpec): RolloutLimits {
  const { replicas = 1, strategy = {} } = spec
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy.rollingUpdate ?? {}
  const surge = share(maxSurge, replicas, Math.ceil)
  const unavailable = share(maxUnavailable, replicas, Math.floor)
  return {
    replicas,
    maxSurge: surge,
    // Both zero would never get anywhere.
    maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable,
    recreate: strategy.type === 'Recreate',
  }
}

function share(value: number | string, replicas: number, round: (value: number) => number): number {
  if (typeof value === 'number') return Math.max(0, value)
  const percent = /^(\d+)%$/.exec(value)?.[1]
  return percent === undefined
    ? Math.max(0, Number.parseInt(value, 10) || 0)
    : round((Number(percent) * replicas) / 100)
}

export interface RolloutStep {
  readonly current: number
  /** In the order of `old`. */
  readonly old: readonly number[]
}

/**
 * The numbers of Pods that a Deployment's ReplicaSets should have next: the current one grows within the surge, the old
 * ones (oldest first) shrink as far as enough Pods are available, unavailable ones first. Applied again and again as Pods
 * become ready it ends at `replicas` and zeros. After Kubernetes' deployment controller.
 *
 * @param oldPodsLeft Pods of old sets that still run, terminating ones too; counts for Recreate only.
 */
export function rolloutStep(
  limits: RolloutLimits,
  current: SetState,
  old: readonly SetState[],
  oldPodsLeft: number,
): RolloutStep {
  if (limits.recreate) {
    const waits = old.some((set) => set.replicas > 0) || oldPodsLeft > 0
    return { current: waits ? current.replicas : limits.replicas, old: old.map(() => 0) }
  }
  const next = grown(limits, current, old)
  if (next > current.replicas) return { current: next, old: old.map((set) => set.replicas) }
  return { current: next, old: shrunk(limits, current, next, old) }
}

function grown(limits: RolloutLimits, current: SetState, old: readonly SetState[]): number {
  if (current.replicas >= limits.replicas) return limits.replicas
  const room = limits.replicas + limits.maxSurge - current.replicas - sum(old.map((set) => set.replicas))
  return Math.min(limits.replicas, current.replicas + Math.max(0, room))
}

function shrunk(limits: RolloutLimits, current: SetState, next: number, old: readonly SetState[]): readonly number[] {
  const least = limits.replicas - limits.maxUnavailable
  const missing = Math.max(0, next - current.available)
  let spare = next + sum(old.map((set) => set.replicas)) - least - missing
  const take = (wanted: number) => {
    const taken = Math.max(0, Math.min(spare, wanted))
    spare -= taken
    return taken
  }
  const healthy = old.map((set) => set.replicas - take(set.replicas - set.available))
  spare = Math.min(spare, Math.min(current.available, next) + sum(old.map((set) => set.available)) - least)
  return healthy.map((replicas) => replicas - take(replicas))
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
