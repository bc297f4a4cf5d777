import { type CanarySpec, type CanaryStep, parseDuration } from '@mizzen/api'
import type { Action, Decision } from './action.ts'
import { beginPromotion } from './ends.ts'
import { fail } from './failure.ts'
import { openGate } from './gates.ts'
import { hold } from './hold.ts'
import type { Judged, Observation } from './observation.ts'
import { needsReplicas } from './replicas.ts'
import { because, currentStep, type RolloutState } from './state.ts'

/** Goes to a step, whatever was before. */
function goTo(spec: CanarySpec, state: RolloutState, seen: Observation, step: number): Decision {
  const requestsAtStep = seen.judged?.canaryRequests ?? state.requestsAtStep
  return enterStep(spec, { ...state, step, requestsAtStep, elapsedMs: 0, stalledMs: 0, announced: [] }, seen)
}

export function firstStep(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  return goTo(spec, { ...state, phase: 'Progressing' }, seen, 0)
}

export function nextStep(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  return goTo(spec, state, seen, state.step + 1)
}

/** Says what the step that `state` names asks for, or waits until it may. After the last one the promotion begins. */
function enterStep(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  const step = currentStep(spec.steps ?? [], state)
  if (step === undefined) return beginPromotion(spec, state, seen)
  if (step.setWeight !== undefined) return enterWeight(spec, state, seen, step.setWeight)
  if (step.setMirror !== undefined) {
    const { percentage } = step.setMirror
    return begun({ ...state, mirror: percentage }, step, { kind: 'set-mirror', percentage })
  }
  if (step.setHeaderRoute !== undefined) {
    const match = step.setHeaderRoute.match ?? []
    const action: Action = { kind: 'set-header-route', match: match.length === 0 ? null : match }
    return begun({ ...state, headerRoute: match.length > 0 }, step, action)
  }
  if (step.setScale !== undefined) return begun(state, step, { kind: 'scale-canary', percent: step.setScale })
  return begun(state, step)
}

/** More weight only when somebody can carry it and nobody objects. */
function enterWeight(spec: CanarySpec, state: RolloutState, seen: Observation, weight: number): Decision {
  if (weight > state.weight) {
    if (seen.canary.ready === 0) return hold(state, 'WaitingForEndpoints', 'the canary has no ready endpoint')
    const small = needsReplicas(spec, state, seen, weight)
    if (small !== null) return small
    const closed = openGate(spec, state, seen, 'confirm-traffic-increase')
    if (closed !== null) return closed
  }
  const lastGoodWeight = weight > state.weight ? Math.max(state.lastGoodWeight, state.weight) : state.lastGoodWeight
  const begins = weight > 0 && spec.sessionAffinity !== undefined && !state.affinity
  const affinity = state.affinity || begins
  const next = { ...state, lastGoodWeight, weight, weightSeen: false, elapsedMs: 0, affinity }
  const cookie: Action[] = begins ? [{ kind: 'set-affinity', value: state.canaryRevision }] : []
  return begun(next, { setWeight: weight }, { kind: 'set-weight', weight }, ...cookie)
}

function begun(state: RolloutState, step: CanaryStep, ...actions: Action[]): Decision {
  return { state: because(state, 'Step', `step ${state.step + 1}: ${describeStep(step)}`), actions }
}

/** Goes on when the current step has done its work. The caller has seen to it that nothing speaks against that. */
export function advance(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  const step = currentStep(spec.steps ?? [], state)
  if (step === undefined) return beginPromotion(spec, state, seen)
  // It waits for endpoints, replicas or a gate, whatever else was the reason meanwhile.
  if (step.setWeight !== undefined && step.setWeight !== state.weight) return enterStep(spec, state, seen)
  if (step.pause !== undefined) return endPause(spec, state, seen, step.pause.duration)
  if (step.analysis !== undefined) return endAnalysis(spec, state, seen, step.analysis.duration)
  return nextStep(spec, state, seen)
}

function endPause(spec: CanarySpec, state: RolloutState, seen: Observation, duration: string | undefined): Decision {
  if (duration === undefined) return hold(state, 'WaitingForPromotion', 'paused until somebody promotes it')
  const left = parseDuration(duration) - state.elapsedMs
  if (left > 0) return { state: because(state, 'Step', `pause: ${seconds(left)} left`), actions: [] }
  if (state.weight > 0 && newRequests(state, seen.judged) === 0) {
    return hold(state, 'NoTraffic', 'no request has reached the canary in this step: the weight stays')
  }
  return nextStep(spec, state, seen)
}

function endAnalysis(spec: CanarySpec, state: RolloutState, seen: Observation, duration: string | undefined): Decision {
  const { judged } = seen
  if (judged?.answer === 'pass') return nextStep(spec, state, seen)
  const message = judged?.message ?? 'no metrics'
  const over = duration !== undefined && state.elapsedMs >= parseDuration(duration)
  const policy = spec.analysis?.onNotEnough ?? 'wait'
  if (!over || policy === 'wait') return hold(state, 'WaitingForEvidence', message)
  if (policy === 'fail') return fail(spec, state, { code: 'NotEnoughEvidence', message })
  if (newRequests(state, judged) === 0)
    return hold(state, 'NoTraffic', 'no request has reached the canary in this step')
  return nextStep(spec, state, seen)
}

function newRequests(state: RolloutState, judged: Judged | null): number {
  return (judged?.canaryRequests ?? 0) - state.requestsAtStep
}

export function describeStep(step: CanaryStep): string {
  if (step.setWeight !== undefined) return `weight ${step.setWeight} %`
  if (step.pause !== undefined) return step.pause.duration === undefined ? 'pause' : `pause ${step.pause.duration}`
  if (step.setMirror !== undefined) return `mirror ${step.setMirror.percentage} %`
  if (step.setHeaderRoute !== undefined) return 'header route'
  if (step.setScale !== undefined) return `scale ${step.setScale} %`
  return 'analysis'
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`
}
