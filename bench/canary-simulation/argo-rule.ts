import type { Traffic } from '@mizzen/rollout'
import type { Ending, Rule } from './rule.ts'

/** The values of Argo Rollouts' documented example of a background analysis (argo-rollouts.readthedocs.io, "Analysis"). */
const INTERVAL_MS = 300_000
const FAILURE_LIMIT = 3
const MIN_SUCCESS = 0.95
const STEPS: readonly number[] = [20, 40, 60, 80]
const PAUSE_MS = 600_000

/**
 * Weights go up after fixed pauses; beside them each interval the success rate of that interval is measured. More than
 * `failureLimit` measurements under the bound abort.
 */
export class ArgoRule implements Rule {
  ending: Ending = 'undecided'
  readonly tickMs = INTERVAL_MS
  readonly ignores = ['latency', 'stable'] as const
  #step = 0
  #failed = 0
  #nextMeasurement = INTERVAL_MS
  #nextStep = PAUSE_MS
  #requests = 0
  #failures = 0

  get weight(): number {
    return STEPS[this.#step] ?? 100
  }

  tick(nowMs: number, canary: Traffic): void {
    this.#requests += canary.requests
    this.#failures += canary.failures
    if (nowMs >= this.#nextMeasurement) this.#measure()
    if (this.ending === 'undecided' && nowMs >= this.#nextStep) {
      this.#nextStep += PAUSE_MS
      this.#step += 1
      if (this.#step === STEPS.length) this.ending = 'promoted'
    }
  }

  #measure(): void {
    this.#nextMeasurement += INTERVAL_MS
    if (this.#requests > 0 && 1 - this.#failures / this.#requests < MIN_SUCCESS) this.#failed += 1
    if (this.#failed > FAILURE_LIMIT) this.ending = 'rolled back'
    this.#requests = this.#failures = 0
  }
}
