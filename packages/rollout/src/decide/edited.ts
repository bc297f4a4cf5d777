import type { CanarySpec, CanaryStep } from '@mizzen/api'
import { fnv1a } from '@mizzen/base'
import type { Decision } from './action.ts'
import { because, type RolloutState, type Target } from './state.ts'

/** What of the Canary a try rests on, as it is remembered. */
export function remembered(spec: CanarySpec, state: RolloutState): RolloutState {
  return { ...state, plan: planOf(spec.steps ?? [], state.step) }
}

export function targetOf({ traffic, stable, canary }: CanarySpec): Target {
  return { traffic, stable, canary }
}

/** Whether the Canary names other versions, or another route, than this try began with. */
export function isRetargeted(spec: CanarySpec, { target }: RolloutState): boolean {
  return target !== null && JSON.stringify(target) !== JSON.stringify(targetOf(spec))
}

const STEPPING: readonly string[] = ['Progressing', 'Paused']

/**
 * Steps that were edited behind the one that is done change nothing yet. Where the present one or one before it was, it
 * goes on at the last step whose weight is not above the present one, or at the first: no edit by itself raises the
 * weight, or leaves a pause out.
 */
export function followSteps(spec: CanarySpec, state: RolloutState): Decision {
  const steps = spec.steps ?? []
  const isSame = state.plan === '' || state.plan === planOf(steps, state.step)
  if (isSame || !STEPPING.includes(state.phase)) return { state, actions: [] }
  const step = Math.max(
    0,
    steps.findLastIndex(({ setWeight = 101 }) => setWeight <= state.weight),
  )
  const weight = Math.min(state.weight, steps[step]?.setWeight ?? state.weight)
  const message = `the steps were edited: goes on at step ${step + 1}, with ${weight} %`
  // What somebody else set is theirs until it is resumed.
  const moves = weight !== state.weight && state.reason.code !== 'RouteEdited'
  const next = { ...state, step, weight, weightSeen: state.weightSeen && !moves, elapsedMs: 0, stalledMs: 0 }
  return {
    state: state.phase === 'Paused' ? next : because(next, 'StepsEdited', message),
    actions: [
      ...(moves ? [{ kind: 'set-weight', weight } as const] : []),
      { kind: 'alert', severity: 'info', message },
    ],
  }
}

function planOf(steps: readonly CanaryStep[], step: number): string {
  return fnv1a(JSON.stringify(steps.slice(0, step + 1))).toString(16)
}
