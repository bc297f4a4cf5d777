import { type CanarySpec, parseDuration } from '@mizzen/api'
import type { Action, Decision } from './action.ts'
import { groupFault } from './failure.ts'
import { hooksOf, openGate } from './gates.ts'
import { waitForGroup } from './group.ts'
import { deviates, hold } from './hold.ts'
import type { Observation } from './observation.ts'
import { needsReplicas } from './replicas.ts'
import { because, type Reason, type RolloutState } from './state.ts'

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
  const late = needsReplicas(spec, done, seen, 100) ?? waitForGroup(done, seen)
  if (late !== null) return late
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
      ...(state.affinity ? [{ kind: 'set-affinity', value: null } as const] : []),
    ],
  }
}

/** Until every proxy has it. The canary is judged on, by its baseline: it can still fall back. */
export function promote(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  const { route } = seen
  const failed = fallBack(state, seen)
  if (failed !== null) return failed
  if (route.kind === 'missing') return hold(state, 'RouteMissing', route.message)
  if (route.weight !== 100) return deviates(state, route.weight)
  if (!route.programmed) return hold(state, 'WaitingForProxies', '100 % is not live in every proxy yet')
  const phase = spec.promoteBy === 'copy' ? 'Replacing' : 'CleaningUp'
  const next: RolloutState = { ...state, phase, elapsedMs: 0, mirror: 0, headerRoute: false, affinity: false }
  const message = hasAll(state)
  return { state: because(next, 'Promoted', message), actions: [{ kind: 'alert', severity: 'info', message }] }
}

function hasAll({ canaryRevision }: RolloutState): string {
  return `version ${canaryRevision} has all traffic`
}

/** Nobody waits for what they say. */
function postRollout(spec: CanarySpec): readonly Action[] {
  return hooksOf(spec, 'post-rollout').length === 0 ? [] : [{ kind: 'call-webhooks', type: 'post-rollout' }]
}

/**
 * The stable Deployment becomes what the canary is, out of all traffic; then it takes the traffic back, and the canary is
 * free for the next version.
 */
export function replace(state: RolloutState, { stable, canary, route }: Observation): Decision {
  if (route.kind === 'missing') return hold(state, 'RouteMissing', route.message)
  if (state.weight > 0) {
    if (stable.build !== canary.build) {
      const message = 'the stable Deployment gets the Pod template of the canary'
      return { state: because(state, 'WaitingForReplicas', message), actions: [{ kind: 'copy-template' }] }
    }
    const needed = Math.max(1, stable.wanted)
    if (stable.ready < needed) {
      return hold(
        state,
        'WaitingForReplicas',
        `${stable.ready} of ${needed} replicas of the stable Deployment are ready`,
      )
    }
    const back: RolloutState = { ...state, weight: 0, weightSeen: false }
    const message = 'the stable Deployment, which is the new version now, takes the traffic back'
    return { state: because(back, 'Step', message), actions: [{ kind: 'set-weight', weight: 0 }] }
  }
  if (route.weight !== 0) return { state, actions: [{ kind: 'set-weight', weight: 0 }] }
  if (!route.programmed) return hold(state, 'WaitingForProxies', '0 % is not live in every proxy yet')
  const message = `version ${state.canaryRevision} is the stable version`
  return { state: because({ ...state, phase: 'CleaningUp', elapsedMs: 0 }, 'Promoted', message), actions: [] }
}

/**
 * The old version stays for a while: requests in flight end, and what the full load shows can still be taken back. Then
 * the routes to it go, and when no proxy has them any more, what they led to.
 */
export function cleanUp(spec: CanarySpec, state: RolloutState, seen: Observation): Decision {
  const copied = spec.promoteBy === 'copy'
  const failed = copied ? null : fallBack(state, seen)
  if (failed !== null) return failed
  const { scaleDownDelay: delay, removeRoutes } = spec.cleanUp ?? {}
  const left = (delay === undefined ? DEFAULT_SCALE_DOWN_MS : parseDuration(delay)) - state.elapsedMs
  if (left > 0) return { state, actions: [] }
  const needed = stillNeeded(state, seen)
  if (needed !== null) return needed
  const message = copied ? `version ${state.canaryRevision} is the stable version` : hasAll(state)
  const done: RolloutState = because({ ...state, phase: 'Promoted' }, 'Promoted', message)
  if (copied) return { state: done, actions: [{ kind: 'scale-canary-to-zero' }, ...postRollout(spec)] }
  if (removeRoutes === true && !state.routesRemoved) {
    return { state: { ...state, routesRemoved: true }, actions: [{ kind: 'remove-routes' }] }
  }
  const { route } = seen
  if (removeRoutes === true && route.kind === 'there' && !route.programmed) return { state, actions: [] }
  return { state: done, actions: [{ kind: 'clean-up' }, ...postRollout(spec)] }
}

/** What is to be taken away may serve again since: by a hand, by another route, or because the other version is gone. */
function stillNeeded(state: RolloutState, { route, canary, stable, stableUsedBy }: Observation): Decision | null {
  const kept = 'nothing is taken away'
  if (route.kind === 'missing') return hold(state, 'RouteMissing', `${route.message}: ${kept}`)
  if (route.weight !== state.weight) {
    const message = `the route gives the canary ${route.weight} % where the rollout set ${state.weight} %: ${kept}`
    return hold(state, 'RouteEdited', message)
  }
  const [name, serving] = state.weight > 0 ? ['canary', canary] : ['stable Deployment', stable]
  if (serving.ready === 0) return hold(state, 'WaitingForEndpoints', `the ${name} has no ready endpoint: ${kept}`)
  const used = state.weight > 0 ? stableUsedBy : null
  return used === null ? null : hold(state, 'StableInUse', `${used}: ${kept}`)
}

function fallBack(state: RolloutState, seen: Observation): Decision | null {
  const { judged, stable, canary } = seen
  if (stable.ready === 0 || state.routesRemoved) return null
  const worse: Reason | null = judged?.answer === 'fail' ? { code: 'JudgedWorse', message: judged.message } : null
  const gone: Reason | null =
    canary.ready > 0 || canary.settling === true || seen.route.kind === 'missing'
      ? null
      : { code: 'CanaryUnavailable', message: canary.missing ?? `0 of ${canary.wanted} Pods are ready` }
  const reason = worse ?? gone ?? groupFault(state, seen)
  if (reason === null) return null
  const back: RolloutState = { ...state, phase: 'RollingBack', weight: 0, weightSeen: false }
  return {
    state: because(back, reason.code, reason.message),
    actions: [
      { kind: 'set-weight', weight: 0 },
      { kind: 'alert', severity: 'error', message: reason.message },
    ],
  }
}

/** Until no proxy sends anything to the canary any more. */
export function goBack(spec: CanarySpec, state: RolloutState, { route }: Observation): Decision {
  const toZero: readonly Action[] =
    spec.scaling?.afterRollback === 'scaleToZero' ? [{ kind: 'scale-canary-to-zero' }] : []
  const back: Decision = { state: { ...state, phase: 'RolledBack' }, actions: [...toZero, ...postRollout(spec)] }
  if (route.kind === 'missing') return back
  if (route.weight !== 0 || route.mirror !== 0) {
    return {
      state,
      actions: [
        { kind: 'set-weight', weight: 0 },
        { kind: 'set-mirror', percentage: 0 },
      ],
    }
  }
  return route.programmed ? back : { state, actions: [] }
}
