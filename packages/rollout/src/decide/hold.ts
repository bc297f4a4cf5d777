import type { CanarySpec } from '@mizzen/api'
import type { Decision } from './action.ts'
import type { Observation } from './observation.ts'
import { because, type ReasonCode, type RolloutState } from './state.ts'

/**
 * Null if the rollout may go on. Else it stays where it is until what is missing is there: a route that somebody deleted
 * or edited, proxies that do not have the weight yet, metrics.
 */
export function isWatched(spec: CanarySpec, state: RolloutState, seen: Observation): Decision | null {
  const { route } = seen
  if (seen.rival !== null) return taken(state, seen.rival)
  if (route.kind === 'missing') return hold(state, 'RouteMissing', route.message)
  if (isAlone(seen) && Math.max(state.weight, route.weight) > 0) return withoutStable(state, seen)
  if (route.weight !== state.weight) return deviates(state, route.weight)
  if (!route.programmed) {
    return hold(state, 'WaitingForProxies', `${state.weight} % is not live in every proxy yet`)
  }
  if (state.weight > 0 && seen.judged === null) return hold(state, 'NoMetrics', 'no metrics come in: the weight stays')
  const missing = seen.metrics.find((metric) => metric.state === 'missing' && !metric.dryRun)
  if (missing !== undefined && state.weight > 0) return hold(state, 'NoMetrics', `${missing.name}: ${missing.message}`)
  return shareDiffers(spec, state, seen)
}

/**
 * There is nobody who could take the traffic back: not even a Deployment that is being changed. Without a route there is
 * no traffic, and nobody knows which Pods are meant.
 */
export function isAlone({ stable, route }: Pick<Observation, 'stable' | 'route'>): boolean {
  return route.kind === 'there' && stable.ready === 0 && stable.settling !== true
}

/** To begin, or to go back, would give all traffic to nobody; to go on, there is nothing to compare with. */
export function withoutStable(state: RolloutState, { stable }: Pick<Observation, 'stable'>, why = ''): Decision {
  const missing = stable.missing ?? `0 of ${stable.wanted} Pods are ready`
  const message = `${why}the stable version can take no traffic (${missing}): the weight stays`
  const held = hold(state, 'StableUnavailable', message)
  if (state.reason.code === 'StableUnavailable') return held
  return { state: held.state, actions: [{ kind: 'alert', severity: 'error', message }] }
}

/** Two that shift the same routes would raise each other's weights: the later one waits. */
export function taken(state: RolloutState, rival: string): Decision {
  return hold(state, 'RouteTaken', `canary ${rival} shifts the same routes: this one waits for its end`)
}

/** A write that has not been seen by then was undone by somebody who writes as fast: 5 s of looks. */
const MOST_SETS = 20

/**
 * While the write is on its way the route has the weight of before, and is told again, which does no harm. Any other
 * weight is somebody's own: it is left alone, for two controllers that insist would raise it again and again.
 */
export function deviates(state: RolloutState, weight: number): Decision {
  const isBefore = state.weightBefore === null || weight === state.weightBefore
  if (!state.weightSeen && isBefore && state.setAgain < MOST_SETS) {
    const again = { ...state, setAgain: state.setAgain + 1 }
    return { state: again, actions: [{ kind: 'set-weight', weight: state.weight }] }
  }
  const message = `the route gives the canary ${weight} % where the rollout set ${state.weight} %: somebody else changed it`
  const paused: RolloutState = { ...because(state, 'RouteEdited', message), phase: 'Paused', resumeTo: state.phase }
  return { state: paused, actions: [{ kind: 'alert', severity: 'warn', message }] }
}

/** From this many requests on the observed share is compared with the weight. */
const FEWEST_FOR_SHARE = 200
/** Standard deviations: once in 15 million looks by chance. */
const SIGMAS = 5.5

function shareDiffers(spec: CanarySpec, state: RolloutState, { judged }: Observation): Decision | null {
  const exact = spec.sessionAffinity === undefined && !state.headerRoute
  if (judged === null || !exact || state.weight === 0 || state.weight === 100) return null
  const total = judged.recent.canary + judged.recent.stable
  if (total < FEWEST_FOR_SHARE) return null
  const wanted = state.weight / 100
  const share = judged.recent.canary / total
  const deviation = Math.sqrt((wanted * (1 - wanted)) / total)
  if (Math.abs(share - wanted) <= SIGMAS * deviation) return null
  const message = `the canary gets ${(share * 100).toFixed(1)} % of the requests where ${state.weight} % are meant`
  const decision = hold(state, 'ShareMismatch', message)
  if (state.reason.code === 'ShareMismatch') return decision
  return { state: decision.state, actions: [{ kind: 'alert', severity: 'warn', message }] }
}

export function hold(state: RolloutState, code: ReasonCode, message: string): Decision {
  return { state: because(state, code, message), actions: [] }
}
