import type { CanarySpec } from '@mizzen/api'
import type { Action, Decision } from './action.ts'
import { obey } from './commands.ts'
import { followSteps, isRetargeted, remembered, targetOf } from './edited.ts'
import { cleanUp, goBack, promote, replace } from './ends.ts'
import { judgeFailure, withdrawal } from './failure.ts'
import { checksPass, openGate } from './gates.ts'
import { isAlone, isWatched, taken, withoutStable } from './hold.ts'
import type { Observation } from './observation.ts'
import { because, initialState, noteWeight, passTime, type RolloutState } from './state.ts'
import { advance, firstStep } from './steps.ts'

/**
 * What to do next, given what is wanted, what is remembered and what is seen. Pure; called again and again (each tick),
 * and right at any time: the same state and observation give the same decision, and actions may be repeated.
 *
 * What holds always: the weight rises only while metrics come in, the last weight is live in every proxy, and nothing
 * speaks against the canary; it falls whatever is missing.
 *
 * @param state null for a rollout that begins now (`begins` says whether it may)
 * @param now ms since the epoch
 */
export function decide(spec: CanarySpec, state: RolloutState | null, seen: Observation, now: number): Decision {
  const { state: next, actions } = decision(spec, state, seen, now)
  return { state: remembered(spec, state === null ? next : noteWeight(state, next)), actions }
}

function decision(spec: CanarySpec, state: RolloutState | null, seen: Observation, now: number): Decision {
  const idle = state === null || ENDED.includes(state.phase)
  if (seen.rival !== null && idle && (state === null || isNewVersion(spec, state, seen))) {
    return taken(initialState(seen.canary.revision, now), seen.rival)
  }
  if (state === null) return begin(spec, seen, now)
  const isOther = isRetargeted(spec, state) && SHIFTING.includes(state.phase)
  if (isOther || isNewVersion(spec, state, seen)) {
    if (isAlone(seen) && state.weight > 0) return withoutStable(passTime(state, now), seen)
    return restart(spec, state, seen, now)
  }
  const followed = followSteps(spec, noteRoute(passTime(state, now), seen))
  const asked = obey(spec, followed.state, seen)
  const actions = [...followed.actions, ...asked.actions]
  return proceed(spec, { state: noteWeight(state, asked.state), actions }, seen)
}

/** The old version may still have traffic, and the new one some of it. */
const SHIFTING: readonly string[] = ['Initializing', 'Progressing', 'Paused', 'Promoting', 'RollingBack']

function noteRoute(state: RolloutState, { route }: Observation): RolloutState {
  const seen = route.kind === 'there' && route.weight === state.weight
  return seen && !state.weightSeen ? { ...state, weightSeen: true } : state
}

function proceed(spec: CanarySpec, { state, actions }: Decision, seen: Observation): Decision {
  const next = phaseOf(spec, state, seen)
  return { state: next.state, actions: [...actions, ...next.actions] }
}

function phaseOf(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  switch (state.phase) {
    case 'Initializing':
      return initialize(spec, state, seen)
    case 'Progressing':
      return progress(spec, state, seen)
    case 'Paused':
      return stay(spec, state, seen)
    case 'Promoting':
      return promote(spec, state, seen)
    case 'Replacing':
      return replace(state, seen)
    case 'CleaningUp':
      return cleanUp(spec, state, seen)
    case 'RollingBack':
      return goBack(spec, state, seen)
    case 'Promoted':
      return { state: state.reason.code === 'StableUnavailable' ? promotedAgain(state) : state, actions: [] }
    case 'RolledBack':
      return { state, actions: [] }
  }
}

/** What had taken its place, and could not be tried, is gone. */
function promotedAgain(state: RolloutState): RolloutState {
  return because(state, 'Promoted', `version ${state.canaryRevision} is back, and has all traffic`)
}

/** Where nothing is remembered the canary may have all traffic from an earlier time. */
function begin(spec: CanarySpec, seen: Observation, now: number): Decision {
  const { canary, stable, route } = seen
  const state = { ...initialState(canary.revision, now), target: targetOf(spec) }
  const weight = route.kind === 'there' ? route.weight : 0
  if (!isAlone(seen) || weight === 0) {
    return { state, actions: [{ kind: 'forget-evidence' }, { kind: 'set-weight', weight: 0 }] }
  }
  if (weight < 100 || stable.wanted > 0) return withoutStable(state, seen)
  const message = 'it has all traffic already, and the stable version has no Pods'
  const done: RolloutState = { ...state, phase: 'Promoted', weight, step: (spec.steps ?? []).length }
  return { state: because(done, 'Promoted', message), actions: [] }
}

/** Where a rollout has ended, only another version begins one; in mid-rollout a third version begins from nothing. */
function isNewVersion(spec: CanarySpec, state: RolloutState, seen: Observation): boolean {
  const { revision } = seen.canary
  if (revision === '' || revision === state.canaryRevision) return false
  return !ENDED.includes(state.phase) || begins(spec, seen)
}

const ENDED: readonly string[] = ['Promoted', 'RolledBack']

/** Whether a rollout that has not begun, or has ended, may begin. */
export function begins(spec: CanarySpec, { commands }: Pick<Observation, 'commands'>): boolean {
  return spec.trigger !== 'manual' || commands.includes('start')
}

function restart(spec: CanarySpec, state: RolloutState, seen: Observation, now: number): Decision {
  // It has never had the routes.
  if (seen.rival !== null && state.weight === 0) return taken(initialState(seen.canary.revision, now), seen.rival)
  const isOther = isRetargeted(spec, state) && SHIFTING.includes(state.phase)
  const released: readonly Action[] =
    isOther && state.target !== null ? [{ kind: 'release', target: state.target }] : []
  const message = isOther
    ? 'the Canary was edited, and names other versions or routes: from the beginning'
    : `version ${seen.canary.revision} has taken the place of ${state.canaryRevision || 'none'}: from the beginning`
  const actions: Action[] = [
    { kind: 'forget-evidence' },
    ...released,
    ...withdrawal(state),
    { kind: 'alert', severity: 'info', message },
  ]
  const fresh = { ...initialState(seen.canary.revision, now), target: targetOf(spec), follows: true }
  return { state: because(fresh, 'NewVersion', message), actions }
}

/** What was counted of one try has come in after this, also by the log of an Envoy that writes it each second, ms. */
const SETTLED_MS = 3_000

/** Until the canary can take traffic and nobody objects. */
function initialize(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  const failed = judgeFailure(spec, state, seen)
  if (failed !== null) return failed
  if (seen.canary.ready === 0 && seen.canary.wanted === 0 && spec.scaling !== undefined) {
    const scaled = because(state, 'WaitingForEndpoints', 'the canary has no replicas: it gets its first')
    return { state: scaled, actions: [{ kind: 'scale-canary', percent: 0, atLeast: true }] }
  }
  if (seen.canary.ready === 0) {
    const message = `waiting for the canary: 0 of ${seen.canary.wanted} ready`
    return { state: because(state, 'WaitingForEndpoints', message), actions: [] }
  }
  const held = isWatched(spec, state, seen)
  if (held !== null) return held
  if (state.follows && state.elapsedMs < SETTLED_MS) {
    return { state: because(state, 'Started', 'requests of the try before are still being counted'), actions: [] }
  }
  for (const type of ['confirm-rollout', 'pre-rollout']) {
    const closed = openGate(spec, state, seen, type)
    if (closed !== null) return closed
  }
  return firstStep(spec, state, seen)
}

function progress(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  return (
    judgeFailure(spec, state, seen) ??
    isWatched(spec, state, seen) ??
    checksPass(spec, state, seen) ??
    advance(spec, state, seen)
  )
}

/** A pause ends by a command; meanwhile the canary is judged as ever, unless it has no traffic. */
function stay(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  return judgeFailure(spec, state, seen) ?? { state, actions: [] }
}
