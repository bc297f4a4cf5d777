import type { CanarySpec } from '@mizzen/api'
import type { Decision } from './action.ts'
import { hold } from './hold.ts'
import type { Observation } from './observation.ts'
import type { RolloutState } from './state.ts'

/** Null if every hook of that type has passed (or there is none). Else it is called, and the rollout waits for it. */
export function openGate(spec: CanarySpec, state: RolloutState, seen: Observation, type: string): Decision | null {
  const hooks = (spec.analysis?.webhooks ?? []).filter((hook) => (hook.type ?? 'rollout') === type)
  const closed = hooks.find(({ name }) => !passed(seen, type, name))
  if (closed === undefined) return null
  const { state: next } = hold(state, 'WaitingForGate', `${closed.name} (${type}) has not let it pass yet`)
  return { state: next, actions: [{ kind: 'call-webhooks', type }] }
}

function passed(seen: Observation, type: string, name: string): boolean {
  return seen.webhooks.some((result) => result.type === type && result.name === name && result.state === 'passed')
}
