import type { Traffic } from '@mizzen/rollout'
import type { Ending, Rule } from './rule.ts'
import { BOUNDS_MS } from './traffic.ts'

/** The values of Flagger's documented example (docs.flagger.app, "How it works"). */
const INTERVAL_MS = 60_000
const THRESHOLD = 5
const STEP_WEIGHT = 10
const MAX_WEIGHT = 50
const MIN_SUCCESS_PERCENT = 99
const MAX_P99_MS = 500

/**
 * Each interval the canary's success rate and p99 over that interval are compared with fixed bounds. Inside: one step
 * more; outside, or no value: a failed check; after `threshold` failed ones it is rolled back.
 */
export class FlaggerRule implements Rule {
  weight = 0
  ending: Ending = 'undecided'
  readonly tickMs = INTERVAL_MS
  readonly ignores = ['stable'] as const
  #failed = 0
  #nextAt = INTERVAL_MS
  #requests = 0
  #failures = 0
  #latency: number[] = BOUNDS_MS.map(() => 0).concat(0)

  tick(nowMs: number, canary: Traffic): void {
    this.#requests += canary.requests
    this.#failures += canary.failures
    this.#latency = this.#latency.map((count, index) => count + (canary.latency[index] ?? 0))
    if (nowMs < this.#nextAt) return
    this.#nextAt += INTERVAL_MS
    this.#check()
    this.#requests = this.#failures = 0
    this.#latency = this.#latency.map(() => 0)
  }

  #check(): void {
    if (this.weight === 0) this.weight = STEP_WEIGHT
    else if (!this.#isGood()) {
      this.#failed += 1
      if (this.#failed >= THRESHOLD) this.ending = 'rolled back'
    } else if (this.weight >= MAX_WEIGHT) this.ending = 'promoted'
    else this.weight += STEP_WEIGHT
  }

  #isGood(): boolean {
    if (this.#requests === 0) return false
    const success = 100 * (1 - this.#failures / this.#requests)
    return success >= MIN_SUCCESS_PERCENT && this.#p99() <= MAX_P99_MS
  }

  #p99(): number {
    let below = 0
    const at = this.#latency.findIndex((count) => {
      below += count
      return below >= this.#requests * 0.99
    })
    return BOUNDS_MS[at] ?? Number.POSITIVE_INFINITY
  }
}
