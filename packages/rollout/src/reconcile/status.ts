import type { Canary, Condition } from '@mizzen/api'
import { isUntried, type RolloutState } from '../decide/state.ts'

/** What `kubectl get` and dashboards read, and all that the rollout remembers. */
export interface RolloutStatus {
  readonly phase: string
  readonly currentStep: number
  readonly currentWeight: number
  readonly observedGeneration: number
  readonly conditions: readonly Condition[]
  /** Who wrote this: no other controller acts while it is renewed. */
  readonly controller: string
  readonly rollout: RolloutState
}

/**
 * @param controller '' = nobody acts by it yet
 * @param trouble what it wants to do and can't; '' = nothing
 */
export function statusOf(
  canary: Canary,
  state: RolloutState,
  now: number,
  controller: string,
  trouble = '',
): RolloutStatus {
  return {
    phase: state.phase,
    currentStep: state.step,
    currentWeight: state.weight,
    observedGeneration: canary.metadata.generation ?? 0,
    conditions: [condition(canary, state, now, trouble)],
    controller,
    rollout: state,
  }
}

/** Null for a Canary that has never been looked at, or whose status is not ours. */
export function stateOf(canary: Canary): RolloutState | null {
  const { rollout } = (canary.status ?? {}) as Partial<RolloutStatus>
  return isState(rollout) ? rollout : null
}

/** Whether it is one that a controller has written: what it lacks has defaults. */
export function isState(value: unknown): value is RolloutState {
  const { phase, step, weight, reason } = (value ?? {}) as Partial<RolloutState>
  return (
    typeof phase === 'string' && Number.isInteger(step) && Number.isInteger(weight) && typeof reason?.code === 'string'
  )
}

/** Who wrote the status last; null = nobody. */
export function controllerOf(canary: Canary): string | null {
  const { controller } = (canary.status ?? {}) as Partial<RolloutStatus>
  return typeof controller === 'string' && controller !== '' ? controller : null
}

/** Flagger's condition: True when it has ended well, False when it has ended badly, Unknown on the way. */
function condition(canary: Canary, state: RolloutState, now: number, trouble: string): Condition {
  const status = { Promoted: 'True', CleaningUp: 'True', RolledBack: 'False', RollingBack: 'False' } as const
  const before = canary.status?.conditions?.find(({ type }) => type === 'Promoted')
  const current = isUntried(state) ? 'Unknown' : (status[state.phase as keyof typeof status] ?? 'Unknown')
  const since = before?.status === current ? before.lastTransitionTime : undefined
  return {
    type: 'Promoted',
    status: current,
    reason: state.reason.code,
    message: trouble === '' ? state.reason.message : `${state.reason.message}; ${trouble}`,
    observedGeneration: canary.metadata.generation ?? 0,
    lastTransitionTime: since ?? new Date(now).toISOString(),
  }
}
