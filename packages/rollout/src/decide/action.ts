import type { CanaryStep } from '@mizzen/api'
import type { RolloutState } from './state.ts'

/** What is to be done in the world; each may be done again without harm. */
export type Action =
  | { readonly kind: 'set-weight'; readonly weight: number }
  | { readonly kind: 'set-mirror'; readonly percentage: number }
  /** null removes it. */
  | { readonly kind: 'set-header-route'; readonly match: NonNullable<CanaryStep['setHeaderRoute']>['match'] | null }
  /** Replicas of the canary, in percent of the stable version. */
  | { readonly kind: 'scale-canary'; readonly percent: number }
  /** Evidence of another version, or of another try, says nothing about this one. */
  | { readonly kind: 'forget-evidence' }
  /** Runs the hooks of that type whose result is not known yet. */
  | { readonly kind: 'call-webhooks'; readonly type: string }
  | { readonly kind: 'alert'; readonly severity: 'info' | 'warn' | 'error'; readonly message: string }
  /** Takes away what the policy says: the old version's replicas, its subset and routes. */
  | { readonly kind: 'clean-up' }

/** What was decided: what is remembered, and what is to be done. */
export interface Decision {
  readonly state: RolloutState
  readonly actions: readonly Action[]
}
