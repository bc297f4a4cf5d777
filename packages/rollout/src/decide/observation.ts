import type { Answer } from '../judge/verdict.ts'

/** `start` begins a rollout that has none, or has ended; `step-back` goes to the last good weight; the others are Argo's words. */
export type Command =
  | 'start'
  | 'promote'
  | 'promote-full'
  | 'abort'
  | 'step-back'
  | 'pause'
  | 'resume'
  | 'retry'
  | 'undo'
  | 'skip'

/** Pods of one version. */
export interface VersionHealth {
  /** Names the version (a hash of its Pod template); '' while there is no workload. */
  readonly revision: string
  /** Names what its containers run, whatever labels its Pods have; '' while there is no Deployment. */
  readonly build: string
  readonly wanted: number
  /** More than so many its autoscaler does not allow; undefined = it has none. */
  readonly most?: number | undefined
  /** Endpoints that take traffic; 0 while `settling`. */
  readonly ready: number
  /** Its Deployment has a change that is not carried out yet: nobody knows which of its Pods are of this version. Default: false. */
  readonly settling?: boolean
  /** Its containers end again and again. */
  readonly crashing: boolean
  /** Why nobody knows its Pods; undefined = they are known. */
  readonly missing?: string | undefined
}

/** How the traffic is split, as it is and not as it is meant. */
export type Route =
  /** `programmed`: every proxy that it affects has acknowledged it. */
  | { readonly kind: 'there'; readonly weight: number; readonly mirror: number; readonly programmed: boolean }
  | { readonly kind: 'missing'; readonly message: string }

export interface Judged {
  readonly answer: Answer
  /** The strongest finding, or what is missing, in a sentence. */
  readonly message: string
  /** Requests that the canary has had, in all. */
  readonly canaryRequests: number
  /** Since the last change of weight was programmed. */
  readonly recent: { readonly canary: number; readonly stable: number }
}

/** A bound beside the comparison (`analysis.metrics`). */
export interface MetricResult {
  readonly name: string
  /** `missing`: no value, NaN, or the source can't be asked. */
  readonly state: 'good' | 'bad' | 'missing'
  readonly message: string
  readonly dryRun: boolean
}

/**
 * What a hook said last: those of type `rollout` and `rollback` in this try, the others in this step. `confirm-…` hooks
 * hold; `pre-rollout` and `rollout` fail a rollout; `rollback` takes it back when it passes.
 */
export interface WebhookResult {
  readonly name: string
  /** In Flagger's words. */
  readonly type: string
  /** `waiting`: no answer yet. `refused`: it said no, or could not be reached, and is asked again. `failed`: for good. */
  readonly state: 'waiting' | 'passed' | 'refused' | 'failed'
  readonly message: string
}

/** How another Canary of the same group stands. */
export interface Member {
  readonly name: string
  readonly state: 'idle' | 'underway' | 'waiting' | 'promoted' | 'failed'
  /** Since when, ms since the epoch. */
  readonly since: number
}

/** All that a decision rests on, gathered at one moment. */
export interface Observation {
  readonly route: Route
  readonly stable: VersionHealth
  readonly canary: VersionHealth
  /** Null while there is no telemetry, or what there is has become old. */
  readonly judged: Judged | null
  readonly metrics: readonly MetricResult[]
  readonly webhooks: readonly WebhookResult[]
  readonly group: readonly Member[]
  /** Another Canary that shifts the same routes, and began earlier; null = none. */
  readonly rival: string | null
  /** What else sends requests to the stable version; null = nothing. */
  readonly stableUsedBy: string | null
  /** What users asked for since the last look, oldest first. */
  readonly commands: readonly Command[]
}
