import { type CanarySpec, parseDuration } from '@mizzen/api'
import type { Action, Decision } from './action.ts'
import { isAlone, withoutStable } from './hold.ts'
import type { Observation } from './observation.ts'
import { because, isExposed, type Reason, type RolloutState } from './state.ts'

const DEFAULT_DEADLINE_MS = 600_000

/** What speaks against the canary: the decision to go back, or null. */
export function judgeFailure(spec: CanarySpec, state: RolloutState, seen: Observation): Decision | null {
  const asked = rollbackAsked(seen)
  const reason = asked ?? faultOf(spec, state, seen)
  if (reason === null) return null
  // The canary may still serve some requests; nobody else could.
  const serves = state.weight > 0 && seen.canary.ready > 0
  if (serves && isAlone(seen) && state.weight > 0) return withoutStable(state, seen, `${reason.message}; but `)
  return asked === null ? fail(spec, state, reason) : abort(state, reason, alertOf(reason))
}

function faultOf(spec: CanarySpec, state: RolloutState, seen: Observation): Reason | null {
  const exposed = isExposed(state)
  if (exposed && seen.judged?.answer === 'fail') return { code: 'JudgedWorse', message: seen.judged.message }
  const bad = exposed ? seen.metrics.find((metric) => metric.state === 'bad' && !metric.dryRun) : undefined
  if (bad !== undefined) return { code: 'MetricOutOfRange', message: `${bad.name}: ${bad.message}` }
  return unavailable(state, seen) ?? groupFault(state, seen) ?? hookFault(seen) ?? overdue(spec, state)
}

/** One goes back, all go back. A member that had failed before this rollout began only keeps it from being promoted. */
export function groupFault(state: RolloutState, { group }: Observation): Reason | null {
  const failed = group.find((member) => member.state === 'failed' && member.since >= state.beganAt)
  return failed === undefined
    ? null
    : { code: 'GroupFailed', message: `${failed.name} of the same group was taken back` }
}

function unavailable(state: RolloutState, { canary, route }: Observation): Reason | null {
  // Without the route nobody knows which Pods are meant.
  if (canary.ready > 0 || route.kind === 'missing') return null
  if (canary.crashing) return { code: 'CanaryUnavailable', message: 'its containers end again and again' }
  // Before it has traffic a canary may take its time: the deadline ends that.
  if (state.weight === 0) return null
  // An autoscaler changes the Deployment too. Its Pods are still there; what they answer is judged.
  if (canary.settling === true) return null
  return { code: 'CanaryUnavailable', message: canary.missing ?? `0 of ${canary.wanted} Pods are ready` }
}

/** By a hook that is a hand's, whatever `onFailure` says. */
function rollbackAsked({ webhooks }: Observation): Reason | null {
  const asked = webhooks.find(({ type, state }) => type === 'rollback' && state === 'passed')
  return asked === undefined ? null : { code: 'WebhookFailed', message: `${asked.name} asks for a rollback` }
}

function hookFault({ webhooks }: Observation): Reason | null {
  const failed = webhooks.find(
    ({ type, state }) => (type === 'rollout' || type === 'pre-rollout') && state === 'failed',
  )
  return failed === undefined ? null : { code: 'WebhookFailed', message: `${failed.name}: ${failed.message}` }
}

/** Waiting for a hand is no lack of progress. */
function overdue(spec: CanarySpec, state: RolloutState): Reason | null {
  const waits =
    state.phase === 'Paused' || ['WaitingForPromotion', 'WaitingForGate', 'WaitingForGroup'].includes(state.reason.code)
  const deadline = spec.progressDeadline === undefined ? DEFAULT_DEADLINE_MS : parseDuration(spec.progressDeadline)
  if (waits || state.stalledMs < deadline) return null
  const message = `no progress for ${Math.round(state.stalledMs / 1000)} s: ${state.reason.message}`
  return { code: 'ProgressDeadlineExceeded', message }
}

function alertOf({ code, message }: Reason): Action {
  return { kind: 'alert', severity: 'error', message: `${code}: ${message}` }
}

/** Off the canary, in the way that the spec says. */
export function fail(spec: CanarySpec, state: RolloutState, reason: Reason): Decision {
  const alert = alertOf(reason)
  if (spec.onFailure === 'pause' && state.phase !== 'Initializing') {
    if (state.phase === 'Paused') return { state, actions: [] }
    return {
      state: { ...because(state, reason.code, reason.message), phase: 'Paused', resumeTo: state.phase },
      actions: [alert],
    }
  }
  return spec.onFailure === 'lastGoodWeight' ? stepBack(spec, state, reason, alert) : abort(state, reason, alert)
}

/**
 * One step back, to the last weight before that had nothing against it, and there it waits for a hand: resumed, it tries
 * the step that it came from again. Where there is none all traffic goes back.
 */
export function stepBack(spec: CanarySpec, state: RolloutState, reason: Reason, alert: Action): Decision {
  const steps = (spec.steps ?? []).slice(0, state.step)
  const step = steps.findLastIndex(({ setWeight = 0 }) => setWeight > 0 && setWeight < state.weight)
  const weight = steps[step]?.setWeight
  if (weight === undefined || state.phase === 'Initializing') return abort(state, reason, alert)
  const back: RolloutState = {
    ...state,
    ...{ step, weight, weightSeen: false, lastGoodWeight: Math.min(weight, state.lastGoodWeight) },
    ...{ phase: 'Paused', resumeTo: 'Progressing', elapsedMs: 0, stalledMs: 0 },
  }
  return {
    state: because(back, reason.code, `${reason.message}; back at ${weight} %`),
    // What was seen at the higher weight has been judged; from here on a new judgement begins.
    actions: [{ kind: 'set-weight', weight }, { kind: 'forget-evidence' }, alert],
  }
}

/** All traffic to the stable version, at once. */
export function abort(state: RolloutState, reason: Reason, alert: Action): Decision {
  const back: RolloutState = {
    ...state,
    phase: 'RollingBack',
    weight: 0,
    mirror: 0,
    headerRoute: false,
    affinity: false,
    resumeTo: null,
  }
  return { state: because(back, reason.code, reason.message), actions: [...withdrawal(state), alert] }
}

/** Takes the canary off everything that leads to it. */
export function withdrawal(state: RolloutState): readonly Action[] {
  const actions: Action[] = [{ kind: 'set-weight', weight: 0 }]
  if (state.mirror > 0) actions.push({ kind: 'set-mirror', percentage: 0 })
  if (state.headerRoute) actions.push({ kind: 'set-header-route', match: null })
  if (state.affinity) actions.push({ kind: 'set-affinity', value: null })
  return actions
}
