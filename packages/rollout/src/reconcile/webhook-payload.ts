import type { Canary, CanaryWebhook } from '@mizzen/api'
import type { Phase, RolloutState } from '../decide/state.ts'

/** What Flagger posts (docs.flagger.app, Webhooks), so that receivers which were written for it understand it. */
export interface WebhookPayload {
  readonly name: string
  readonly namespace: string
  /** Flagger's word. */
  readonly phase: FlaggerPhase
  /** Names the version that is tried. */
  readonly checksum: string
  readonly type: string
  /** Percent. */
  readonly canaryWeight: number
  readonly metadata: Readonly<Record<string, string>>
}

type FlaggerPhase = 'Waiting' | 'Progressing' | 'WaitingPromotion' | 'Promoting' | 'Finalising' | 'Succeeded' | 'Failed'

const PHASES: Readonly<Record<Phase, FlaggerPhase>> = {
  Initializing: 'Progressing',
  Progressing: 'Progressing',
  Paused: 'Waiting',
  Promoting: 'Promoting',
  Replacing: 'Promoting',
  CleaningUp: 'Finalising',
  Promoted: 'Succeeded',
  RollingBack: 'Failed',
  RolledBack: 'Failed',
}

function phaseOf({ phase, reason, weight, step }: RolloutState): FlaggerPhase {
  if (reason.code === 'WaitingForPromotion') return 'WaitingPromotion'
  return reason.code === 'WaitingForGate' && phase === 'Initializing' && weight + step === 0 ? 'Waiting' : PHASES[phase]
}

export function payloadOf(canary: Canary, hook: CanaryWebhook, state: RolloutState): WebhookPayload {
  const { name, namespace = 'default' } = canary.metadata
  const type = hook.type ?? 'rollout'
  const what = { checksum: state.canaryRevision, type, canaryWeight: state.weight }
  return { name, namespace, phase: phaseOf(state), ...what, metadata: hook.metadata ?? {} }
}

/** Holds and failures are warnings, as Flagger's halts are. */
const NORMAL: readonly string[] = ['Started', 'Step', 'Promoted', 'NewVersion', 'StepsEdited']

/** Of an `event` hook: what happened is in the metadata, and wins over what the hook has there. */
export function eventOf(canary: Canary, hook: CanaryWebhook, state: RolloutState, now: number): WebhookPayload {
  const payload = payloadOf(canary, hook, state)
  const { code, message } = state.reason
  const event = {
    eventMessage: `${code}: ${message}`,
    eventType: NORMAL.includes(code) ? 'Normal' : 'Warning',
    timestamp: String(now),
  }
  return { ...payload, metadata: { ...payload.metadata, ...event } }
}
