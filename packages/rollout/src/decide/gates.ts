import type { CanarySpec } from '@mizzen/api'
import type { Action, Decision } from './action.ts'
import { hold } from './hold.ts'
import type { Observation } from './observation.ts'
import type { RolloutState } from './state.ts'

/**
 * Null if every hook of that type has passed (or there is none). Else it is called, and the rollout waits for it; that a
 * closed gate waits for an approval is told once.
 */
export function openGate(spec: CanarySpec, state: RolloutState, seen: Observation, type: string): Decision | null {
  const closed = hooksOf(spec, type).find(({ name }) => !passed(seen, type, name))
  if (closed === undefined) return null
  const { name, muteAlert } = closed
  const call: Action = { kind: 'call-webhooks', type }
  const answer = seen.webhooks.find((result) => result.type === type && result.name === name)
  if (answer?.state !== 'refused') {
    return { state: hold(state, 'WaitingForGate', `${name} (${type}) has not let it pass yet`).state, actions: [call] }
  }
  const message = `${name} (${type}) holds it: ${answer.message}`
  const { state: held } = hold(state, 'WaitingForGate', message)
  const isNew = type.startsWith('confirm-') && !state.announced.includes(name)
  if (!isNew) return { state: held, actions: [call] }
  const alert: Action[] = muteAlert === true ? [] : [{ kind: 'alert', severity: 'warn', message }]
  return { state: { ...held, announced: [...held.announced, name] }, actions: [call, ...alert] }
}

/** Null if all checks of the analysis that others run (`rollout`) passed when they were called last. They are called without this. */
export function checksPass(spec: CanarySpec, state: RolloutState, seen: Observation): Decision | null {
  const open = hooksOf(spec, 'rollout').find(({ name }) => !passed(seen, 'rollout', name))
  if (open === undefined) return null
  const answer = seen.webhooks.find(({ type, name }) => type === 'rollout' && name === open.name)
  const message = answer?.state === 'refused' ? answer.message : 'it has not answered yet'
  return hold(state, 'WaitingForGate', `${open.name} (rollout): ${message}`)
}

export function hooksOf({ analysis }: CanarySpec, type: string) {
  return (analysis?.webhooks ?? []).filter((hook) => (hook.type ?? 'rollout') === type)
}

function passed(seen: Observation, type: string, name: string): boolean {
  return seen.webhooks.some((result) => result.type === type && result.name === name && result.state === 'passed')
}
