import { type CanarySpec, parseDuration } from '@mizzen/api'
import { hooksOf } from '../decide/gates.ts'
import { currentStep, initialState } from '../decide/state.ts'
import { describeStep } from '../decide/steps.ts'
import { expectedEffects, type PresentTraffic, requestsUntilPass } from './expected-stream.ts'

export interface PlannedStep {
  /** From 1. */
  readonly step: number
  readonly does: string
  /** Percent of the traffic that the canary has in it. */
  readonly weight: number
  /** From the beginning; what takes no time of its own is counted as one look of the controller. */
  readonly startsMs: number
  /** Null = until somebody goes on. */
  readonly lastsMs: number | null
  /** That the canary will have had by its end, in all; null where that is not known. */
  readonly canaryRequests: number | null
  /** Failure rates (0 to 1) from here on are found by its end, in an average run; null = none. */
  readonly finds: number | null
  /** Hooks that it waits for. */
  readonly gates: readonly string[]
}

export interface Plan {
  readonly requestsPerSecond: number
  /** Of the stable version, 0 to 1. */
  readonly errorRate: number
  readonly steps: readonly PlannedStep[]
  readonly promotion: {
    /** Requests to the canary until it is known to be no worse, if it is as good as the stable version. */
    readonly requestsNeeded: number
    /** Wait for them after the last step, ms; null = there will never be so many. */
    readonly waitsMs: number | null
    readonly byHand: boolean
    readonly gates: readonly string[]
  }
  /** From the beginning until all traffic is at the new version; null where it waits for a hand or for evidence for ever. */
  readonly totalMs: number | null
}

/** A change of the route until every proxy has it, and the look after that, ms. */
const CHANGE_MS = 1_000

/** What a rollout would do, and what it could find, at the present traffic. */
export function planOf(spec: CanarySpec, traffic: PresentTraffic): Plan {
  const phases = phasesOf(spec, traffic)
  const effects = expectedEffects(
    spec,
    traffic,
    phases.map(({ weight, lastsMs }) => ({ weight, lastsMs: lastsMs ?? 0 })),
  )
  const requestsNeeded = requestsUntilPass(spec, traffic)
  const seen = phases.at(-1)?.canaryRequests ?? 0
  const perSecond = (traffic.requestsPerSecond * (phases.at(-1)?.weight ?? 0)) / 100
  const missing = Math.max(0, requestsNeeded - (seen ?? 0))
  const bold = spec.analysis?.onNotEnough === 'pass'
  const waitsMs = missing === 0 || bold ? 0 : perSecond === 0 ? null : Math.ceil((missing / perSecond) * 1000)
  const byHand = spec.promotion === 'manual'
  const endless = byHand || waitsMs === null || phases.some(({ lastsMs }) => lastsMs === null)
  const last = phases.at(-1)
  return {
    ...traffic,
    steps: phases.map((phase, index) => ({ ...phase, finds: effects[index] ?? null })),
    promotion: { requestsNeeded, waitsMs, byHand, gates: gatesOf(spec, 'confirm-promotion') },
    totalMs: endless ? null : (last?.startsMs ?? 0) + (last?.lastsMs ?? 0) + (waitsMs ?? 0) + CHANGE_MS,
  }
}

type Phase = Omit<PlannedStep, 'finds'>

function phasesOf(spec: CanarySpec, { requestsPerSecond, errorRate }: PresentTraffic): readonly Phase[] {
  const steps = spec.steps ?? []
  const phases: Phase[] = []
  let weight = 0
  let startsMs = 0
  let canaryRequests: number | null = 0
  for (let index = 0; index < steps.length; index += 1) {
    const step = currentStep(steps, { ...initialState('', 0), step: index })
    if (step === undefined) break
    const rises = (step.setWeight ?? weight) > weight
    weight = step.setWeight ?? weight
    const perSecond = (requestsPerSecond * weight) / 100
    const needed: number = requestsUntilPass(spec, { requestsPerSecond, errorRate }) - (canaryRequests ?? 0)
    const lastsMs = lastsOf(step, perSecond, needed)
    if (canaryRequests !== null) {
      canaryRequests = lastsMs === null ? null : canaryRequests + Math.round((perSecond * lastsMs) / 1000)
    }
    const gates = rises ? gatesOf(spec, 'confirm-traffic-increase') : []
    phases.push({ step: index + 1, does: describeStep(step), weight, startsMs, lastsMs, canaryRequests, gates })
    startsMs += lastsMs ?? 0
  }
  return phases
}

type Step = NonNullable<CanarySpec['steps']>[number]

function lastsOf({ pause, analysis }: Step, perSecond: number, needed: number): number | null {
  if (pause !== undefined) return pause.duration === undefined ? null : parseDuration(pause.duration)
  if (analysis === undefined) return CHANGE_MS
  const untilPass = needed <= 0 ? 0 : perSecond === 0 ? Number.POSITIVE_INFINITY : (needed / perSecond) * 1000
  const most = analysis.duration === undefined ? Number.POSITIVE_INFINITY : parseDuration(analysis.duration)
  const lasts = Math.min(untilPass, most)
  return Number.isFinite(lasts) ? Math.ceil(lasts) : null
}

function gatesOf(spec: CanarySpec, type: string): readonly string[] {
  return hooksOf(spec, type).map(({ name }) => name)
}
