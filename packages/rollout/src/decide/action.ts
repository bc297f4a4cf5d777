import type { CanaryStep } from '@mizzen/api'
import type { RolloutState, Target } from './state.ts'

/** What is to be done in the world; each may be done again without harm. */
export type Action =
  | { readonly kind: 'set-weight'; readonly weight: number }
  | { readonly kind: 'set-mirror'; readonly percentage: number }
  /** null removes it. */
  | { readonly kind: 'set-header-route'; readonly match: NonNullable<CanaryStep['setHeaderRoute']>['match'] | null }
  /** Clients that the canary has answered come back to it, by a cookie with that value; null ends it. */
  | { readonly kind: 'set-affinity'; readonly value: string | null }
  /** Takes the canary off what the Canary named before it was edited. */
  | { readonly kind: 'release'; readonly target: Target }
  /** Replicas of the canary, in percent of the stable version; `atLeast`: never fewer than there are. */
  | { readonly kind: 'scale-canary'; readonly percent: number; readonly atLeast?: boolean }
  | { readonly kind: 'scale-canary-to-zero' }
  /** The stable Deployment gets what the canary runs. */
  | { readonly kind: 'copy-template' }
  /** Evidence of another version, or of another try, says nothing about this one. */
  | { readonly kind: 'forget-evidence' }
  /** Runs the hooks of that type whose result is not known yet. */
  | { readonly kind: 'call-webhooks'; readonly type: string }
  | { readonly kind: 'alert'; readonly severity: 'info' | 'warn' | 'error'; readonly message: string }
  /** Takes the routes to the old version away … */
  | { readonly kind: 'remove-routes' }
  /** … and, once no proxy has one any more, its replicas and its subset, as the policy says. */
  | { readonly kind: 'clean-up' }

/** What was decided: what is remembered, and what is to be done. */
export interface Decision {
  readonly state: RolloutState
  readonly actions: readonly Action[]
}
