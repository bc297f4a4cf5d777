import { type CanarySpec, parseDuration } from '@mizzen/api'
import type { Decision } from './action.ts'
import { openGate } from './gates.ts'
import { hold } from './hold.ts'
import type { Observation } from './observation.ts'
import { because, type RolloutState } from './state.ts'

const DEFAULT_SCALE_DOWN_MS = 30_000

/** All steps are done: the canary takes everything if the judgement, the gates and the policy agree. */
export function beginPromotion(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  const { judged } = seen
  const done: RolloutState = { ...state, step: (spec.steps ?? []).length }
  const policy = spec.analysis?.onNotEnough ?? 'wait'
  // A canary without any weight (blue-green) is promoted on its policy's word alone; it is judged once it has traffic.
  const bold = judged !== null && policy === 'pass' && (judged.canaryRequests > 0 || state.weight === 0)
  const sure = judged?.answer === 'pass' || bold
  if (!sure)
    return hold(done, judged === null ? 'NoMetrics' : 'WaitingForEvidence', judged?.message ?? 'no metrics come in')
  if (seen.canary.ready === 0) return hold(done, 'WaitingForEndpoints', 'the canary has no ready endpoint')
  const closed = openGate(spec, done, seen, 'confirm-promotion')
  if (closed !== null) return closed
  if (spec.promotion === 'manual') return hold(done, 'WaitingForPromotion', 'all steps are done: waiting for promote')
  return takeAll(done)
}

export function takeAll(state: RolloutState): Decision {
  const all: RolloutState = {
    ...state,
    phase: 'Promoting',
    weight: 100,
    weightSeen: false,
    elapsedMs: 0,
    stalledMs: 0,
    resumeTo: null,
  }
  return {
    state: because(all, 'Step', 'all traffic goes to the new version'),
    actions: [
      { kind: 'set-weight', weight: 100 },
      ...(state.mirror > 0 ? [{ kind: 'set-mirror', percentage: 0 } as const] : []),
      ...(state.headerRoute ? [{ kind: 'set-header-route', match: null } as const] : []),
    ],
  }
}

/** Until every proxy has it. The canary is judged on, by its baseline: it can still fall back. */
export function promote(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  const { route } = seen
  const failed = fallBack(state, seen)
  if (failed !== null) return failed
  if (route.kind === 'missing') return hold(state, 'RouteMissing', route.message)
  if (route.weight !== 100) return { state, actions: [{ kind: 'set-weight', weight: 100 }] }
  if (!route.programmed) return hold(state, 'WaitingForProxies', '100 % is not live in every proxy yet')
  const next: RolloutState = { ...state, phase: 'CleaningUp', elapsedMs: 0, mirror: 0, headerRoute: false }
  const message = `version ${state.canaryRevision} has all traffic`
  const closed = openGate(spec, next, seen, 'post-rollout')
  return {
    state: because(next, 'Promoted', message),
    actions: [...(closed?.actions ?? []), { kind: 'alert', severity: 'info', message }],
  }
}

/** The old version stays for a while: requests in flight end, and what the full load shows can still be taken back. */
export function cleanUp(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  const failed = fallBack(state, seen)
  if (failed !== null) return failed
  const delay = spec.cleanUp?.scaleDownDelay
  const left = (delay === undefined ? DEFAULT_SCALE_DOWN_MS : parseDuration(delay)) - state.elapsedMs
  if (left > 0) return { state, actions: [] }
  return { state: { ...state, phase: 'Promoted' }, actions: [{ kind: 'clean-up' }] }
}

function fallBack(state: RolloutState, { judged, stable }: Observation): Decision | null {
  if (judged?.answer !== 'fail' || stable.ready === 0) return null
  const { message } = judged
  const back: RolloutState = { ...state, phase: 'RollingBack', weight: 0, weightSeen: false }
  return {
    state: because(back, 'JudgedWorse', message),
    actions: [
      { kind: 'set-weight', weight: 0 },
      { kind: 'alert', severity: 'error', message },
    ],
  }
}

/** Until no proxy sends anything to the canary any more. */
export function goBack(state: RolloutState, { route }: Observation): Decision {
  if (route.kind === 'missing') return { state: { ...state, phase: 'RolledBack' }, actions: [] }
  if (route.weight !== 0 || route.mirror !== 0) {
    return {
      state,
      actions: [
        { kind: 'set-weight', weight: 0 },
        { kind: 'set-mirror', percentage: 0 },
      ],
    }
  }
  return route.programmed ? { state: { ...state, phase: 'RolledBack' }, actions: [] } : { state, actions: [] }
}
