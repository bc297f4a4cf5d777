import type { Traffic } from '@mizzen/rollout'

export type Ending = 'promoted' | 'rolled back' | 'undecided'

/** A controller as it is documented: sees each tick, sets the weight, ends the rollout. */
export interface Rule {
  /** Percent that the canary gets in the next tick. */
  readonly weight: number
  readonly ending: Ending
  /** Time between two looks, ms, where it is not that of the stream: what lies between is drawn as one. */
  readonly tickMs?: number
  /** What it looks at beside the canary's requests and failures; everything by default. */
  readonly ignores?: readonly ('latency' | 'stable')[]
  /** @param nowMs end of the tick, from the start of the rollout */
  tick(nowMs: number, canary: Traffic, stable: Traffic): void
}
