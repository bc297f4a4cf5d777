import type { CanarySpec, CanaryStep } from '@mizzen/api'

export type Phase =
  /** Waits for the canary's first ready endpoint. */
  | 'Initializing'
  | 'Progressing'
  | 'Paused'
  /** All traffic goes over to the new version. */
  | 'Promoting'
  /** The new version has all traffic; the stable Deployment is made into it, and takes the traffic back. */
  | 'Replacing'
  /** The new version has all traffic; what served before it is taken away after its delay. */
  | 'CleaningUp'
  | 'Promoted'
  /** Traffic goes back to the stable version. */
  | 'RollingBack'
  | 'RolledBack'

/** Why a rollout is where it is: a word to branch on, and a sentence. */
export interface Reason {
  readonly code: ReasonCode
  readonly message: string
}

export type ReasonCode =
  | 'Started'
  | 'Step'
  | 'WaitingForEndpoints'
  | 'WaitingForProxies'
  | 'WaitingForEvidence'
  | 'WaitingForReplicas'
  | 'WaitingForGate'
  | 'WaitingForGroup'
  | 'WaitingForPromotion'
  | 'NoMetrics'
  | 'NoTraffic'
  | 'ShareMismatch'
  | 'RouteMissing'
  | 'RouteEdited'
  | 'RouteTaken'
  | 'PausedByUser'
  | 'AbortedByUser'
  | 'JudgedWorse'
  | 'MetricOutOfRange'
  | 'CanaryUnavailable'
  | 'StableUnavailable'
  | 'StableInUse'
  | 'StepsEdited'
  | 'GroupFailed'
  | 'WebhookFailed'
  | 'ProgressDeadlineExceeded'
  | 'NewVersion'
  | 'UndoneByUser'
  | 'NotEnoughEvidence'
  | 'Promoted'

/**
 * All that a rollout remembers. It lives in the Canary's status, so that another controller, or this one after a restart,
 * goes on at the same place.
 */
export interface RolloutState {
  readonly phase: Phase
  readonly reason: Reason
  /** Index of the current step; the number of steps when all are done. */
  readonly step: number
  /** Time spent in this step, as far as the controller was there to see it, ms. */
  readonly elapsedMs: number
  /** Time since anything last went forward, ms. */
  readonly stalledMs: number
  /** When it was last looked at, ms since the epoch. */
  readonly seenAt: number
  /** Percent of the traffic that the canary is meant to have. */
  readonly weight: number
  /** The route has been seen with that weight: another one is somebody else's from here on. */
  readonly weightSeen: boolean
  /** The weight before this one; null = whatever there was. The route may still have it while the write is on its way. */
  readonly weightBefore: number | null
  /** How often this weight was set again before the route had it. */
  readonly setAgain: number
  /** The highest weight that was left for a higher one, with nothing against the canary. */
  readonly lastGoodWeight: number
  readonly mirror: number
  /** The headers' route is there. */
  readonly headerRoute: boolean
  /** Clients that it has answered come back to it. */
  readonly affinity: boolean
  /** The routes to the old version are gone. */
  readonly routesRemoved: boolean
  /** A try before it had traffic: what that did may still come in. */
  readonly follows: boolean
  /** When this try began, ms since the epoch. */
  readonly beganAt: number
  /** Names the version that is being tried (a hash of its Pod template). */
  readonly canaryRevision: string
  /** Requests that the canary had had when the step began: what a step must add to. */
  readonly requestsAtStep: number
  /** Gates that are closed and whose approval has been asked for in this step, by name. */
  readonly announced: readonly string[]
  /** Who paused it: it goes on from here when resumed. */
  readonly resumeTo: Phase | null
  /** Names the steps up to the present one; '' = not known. */
  readonly plan: string
  /** What this try shifts, and between whom; null = not known. */
  readonly target: Target | null
}

export type Target = Pick<CanarySpec, 'traffic' | 'stable' | 'canary'>

const INITIAL_REASON: Reason = { code: 'Started', message: 'waiting for the canary to be ready' }

export function initialState(canaryRevision: string, now: number): RolloutState {
  return {
    phase: 'Initializing',
    reason: INITIAL_REASON,
    step: 0,
    elapsedMs: 0,
    stalledMs: 0,
    seenAt: now,
    weight: 0,
    weightSeen: false,
    weightBefore: null,
    setAgain: 0,
    lastGoodWeight: 0,
    mirror: 0,
    headerRoute: false,
    affinity: false,
    routesRemoved: false,
    follows: false,
    beganAt: now,
    canaryRevision,
    requestsAtStep: 0,
    announced: [],
    resumeTo: null,
    plan: '',
    target: null,
  }
}

/** The controller was away, or the clock jumped: time that nobody watched counts for no more than this, ms. */
const MOST_UNSEEN_MS = 2_000

/** Adds the time since the last look; a clock that jumps, either way, changes next to nothing. */
export function passTime(state: RolloutState, now: number): RolloutState {
  const passed = Math.min(MOST_UNSEEN_MS, Math.max(0, now - state.seenAt))
  return { ...state, seenAt: now, elapsedMs: state.elapsedMs + passed, stalledMs: state.stalledMs + passed }
}

/** Where another weight was decided on, the route has the one before until that is written. */
export function noteWeight(before: RolloutState, after: RolloutState): RolloutState {
  return after.weight === before.weight ? after : { ...after, weightBefore: before.weight, setAgain: 0 }
}

export function because(state: RolloutState, code: ReasonCode, message: string): RolloutState {
  return { ...state, reason: { code, message } }
}

/** The step that is done now; undefined after the last. */
export function currentStep(steps: readonly CanaryStep[], state: RolloutState): CanaryStep | undefined {
  return steps[state.step]
}

/** Whether the rollout sends anything to the canary. */
export function isExposed({ weight, mirror, headerRoute }: RolloutState): boolean {
  return weight > 0 || mirror > 0 || headerRoute
}

/** The last one was promoted, and what has taken its place, or is to be tried again, can't be: nothing is known of that. */
export function isUntried({ phase, reason }: RolloutState): boolean {
  return phase === 'Promoted' && reason.code !== 'Promoted'
}
