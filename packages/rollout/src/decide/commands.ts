import type { CanarySpec } from '@mizzen/api'
import type { Action, Decision } from './action.ts'
import { targetOf } from './edited.ts'
import { takeAll } from './ends.ts'
import { abort, stepBack } from './failure.ts'
import { isAlone, taken, withoutStable } from './hold.ts'
import type { Command, Observation } from './observation.ts'
import { because, currentStep, initialState, type Phase, type RolloutState } from './state.ts'
import { nextStep } from './steps.ts'

/** Does what users asked for, in order; what makes no sense in the present phase changes nothing. */
export function obey(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  let decision: Decision = { state: heedSpec(spec, state), actions: [] }
  for (const command of seen.commands) {
    const next = COMMANDS[command](spec, decision.state, seen)
    decision = { state: next.state, actions: [...decision.actions, ...next.actions] }
  }
  return decision
}

/** What a command is for: phases, null before the first. */
const MEANT_FOR: Readonly<Record<Command, readonly (Phase | null)[]>> = {
  start: [null, 'Promoted', 'RolledBack'],
  promote: ['Progressing', 'Paused'],
  'promote-full': ['Initializing', 'Progressing', 'Paused', 'Promoting'],
  abort: ['Initializing', 'Progressing', 'Paused', 'Promoting'],
  'step-back': ['Initializing', 'Progressing', 'Paused', 'Promoting'],
  pause: ['Progressing'],
  resume: ['Paused'],
  retry: ['RolledBack'],
  undo: ['CleaningUp'],
  skip: ['Progressing', 'Paused'],
}

/** Why a command would change nothing now; null if it would. */
export function refusal(spec: CanarySpec, state: RolloutState | null, command: Command): string | null {
  if (!MEANT_FOR[command].includes(state?.phase ?? null)) {
    const isLate = command === 'undo' && state?.phase === 'Promoted'
    const stands = state === null ? 'no rollout has begun' : `the rollout is ${state.phase}`
    return `cannot ${command}: ${stands}${isLate ? ', and the time to undo it (cleanUp.scaleDownDelay) is over' : ''}`
  }
  if (command !== 'undo') return null
  if (spec.promoteBy === 'copy') return 'cannot undo: the stable Deployment is the new version already'
  return state?.routesRemoved === true ? 'cannot undo: the routes to the old version are gone' : null
}

/** `spec.paused` holds like the command, and its going resumes what it held. */
function heedSpec(spec: CanarySpec, state: RolloutState): RolloutState {
  if (spec.paused === true) return state.phase === 'Progressing' ? pausedState(state) : state
  return state
}

function unchanged(state: RolloutState): Decision {
  return { state, actions: [] }
}

const UNDERWAY: readonly string[] = ['Initializing', 'Progressing', 'Paused', 'Promoting']

/** Not even by hand: all traffic to nobody is an outage. */
function takeAllIfReady(state: RolloutState, seen: Observation): Decision {
  return seen.canary.ready > 0 ? takeAll(state) : unchanged(state)
}

const ENDED: readonly string[] = ['Promoted', 'RolledBack']

/** Not while nobody could take the traffic. */
function anew(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  if (isAlone(seen) && state.weight > 0) {
    const isPromoted = state.phase === 'Promoted' && state.canaryRevision === seen.canary.revision
    // It has everything, and there is nothing to compare it with.
    return isPromoted ? unchanged(state) : withoutStable(state, seen)
  }
  if (seen.rival !== null) return taken(state, seen.rival)
  const actions: readonly Action[] = [{ kind: 'forget-evidence' }, { kind: 'set-weight', weight: 0 }]
  const fresh = { ...initialState(seen.canary.revision, state.seenAt), follows: true, target: targetOf(spec) }
  return { state: fresh, actions }
}

const COMMANDS: Readonly<Record<Command, (spec: CanarySpec, state: RolloutState, seen: Observation) => Decision>> = {
  /** Ends the pause that it is in, or the wait for promotion. */
  promote(spec, state, seen) {
    if (state.phase === 'Paused') return resume(state)
    if (state.phase !== 'Progressing') return unchanged(state)
    if (currentStep(spec.steps ?? [], state) === undefined) return takeAllIfReady(state, seen)
    return nextStep(spec, state, seen)
  },
  'promote-full': (_spec, state, seen) =>
    UNDERWAY.includes(state.phase) ? takeAllIfReady(state, seen) : unchanged(state),
  abort(_spec, state, seen) {
    if (!UNDERWAY.includes(state.phase)) return unchanged(state)
    if (isAlone(seen) && state.weight > 0) return withoutStable(state, seen, 'to be aborted by hand, but ')
    return abort(state, { code: 'AbortedByUser', message: 'aborted by hand' }, alert('warn', 'aborted by hand'))
  },
  'step-back'(spec, state) {
    if (!UNDERWAY.includes(state.phase)) return unchanged(state)
    return stepBack(
      spec,
      state,
      { code: 'AbortedByUser', message: 'aborted by hand' },
      alert('warn', 'aborted by hand'),
    )
  },
  pause: (_spec, state) => unchanged(state.phase === 'Progressing' ? pausedState(state) : state),
  resume: (_spec, state) => resume(state),
  start: (spec, state, seen) => (ENDED.includes(state.phase) ? anew(spec, state, seen) : unchanged(state)),
  retry: (spec, state, seen) => (state.phase === 'RolledBack' ? anew(spec, state, seen) : unchanged(state)),
  undo(spec, state, seen) {
    if (state.phase !== 'CleaningUp' || state.routesRemoved || spec.promoteBy === 'copy') return unchanged(state)
    if (isAlone(seen)) return withoutStable(state, seen, 'to be taken back by hand, but ')
    return abort(state, { code: 'UndoneByUser', message: 'taken back by hand' }, alert('warn', 'taken back by hand'))
  },
  skip(spec, state, seen) {
    const going = state.phase === 'Progressing' || state.phase === 'Paused'
    return going ? nextStep(spec, { ...state, phase: 'Progressing', resumeTo: null }, seen) : unchanged(state)
  },
}

function pausedState(state: RolloutState): RolloutState {
  return { ...because(state, 'PausedByUser', 'paused by hand'), phase: 'Paused', resumeTo: 'Progressing' }
}

/** What was changed by hand meanwhile is set again. */
function resume(state: RolloutState): Decision {
  if (state.phase !== 'Paused') return unchanged(state)
  const resumed: RolloutState = {
    ...state,
    phase: state.resumeTo ?? 'Progressing',
    resumeTo: null,
    stalledMs: 0,
    elapsedMs: 0,
    weightSeen: false,
    weightBefore: null,
    setAgain: 0,
  }
  return { state: because(resumed, 'Step', 'resumed'), actions: [{ kind: 'set-weight', weight: state.weight }] }
}

function alert(severity: 'info' | 'warn', message: string): Action {
  return { kind: 'alert', severity, message }
}
