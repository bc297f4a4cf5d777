import type { CanarySpec } from '@mizzen/api'
import type { Decision } from './action.ts'
import type { Observation } from './observation.ts'
import { because, type RolloutState } from './state.ts'

/**
 * With `scaling.canary: followWeight`, the canary has its part of the stable version's replicas before it gets that part
 * of the traffic, as far as its autoscaler allows. It is never scaled down on the way: the autoscaler may have added to
 * them. Null = there are enough.
 */
export function needsReplicas(
  spec: CanarySpec,
  state: RolloutState,
  { stable, canary }: Observation,
  weight: number,
): Decision | null {
  if (spec.scaling?.canary !== 'followWeight') return null
  const part = Math.max(1, Math.ceil((stable.wanted * weight) / 100))
  const needed = Math.min(part, canary.most ?? part)
  if (canary.ready >= needed) return null
  const message = `${canary.ready} of the ${needed} replicas are ready that ${weight} % of the traffic needs`
  const held = because(state, 'WaitingForReplicas', message)
  if (canary.wanted >= needed) return { state: held, actions: [] }
  return { state: held, actions: [{ kind: 'scale-canary', percent: weight, atLeast: true }] }
}
