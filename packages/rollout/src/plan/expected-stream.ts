import type { CanarySpec } from '@mizzen/api'
import { type Judgement, newJudgement, takeIn } from '../judge/judgement.ts'
import type { Traffic } from '../judge/sample.ts'
import { settingsOf } from '../judge/settings.ts'
import { answerOf } from '../judge/verdict.ts'

/** What the service is asked now. */
export interface PresentTraffic {
  readonly requestsPerSecond: number
  /** Of the stable version, 0 to 1. */
  readonly errorRate: number
}

export interface Stretch {
  readonly weight: number
  readonly lastsMs: number
}

/** Failure rates above that of the stable version that are tried, ascending. */
const EFFECTS = [0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1]
/** Ticks that a rollout is cut into, at most; each at least a second. */
const MOST_TICKS = 2_000
/** Nobody waits for more requests than this. */
const MOST_REQUESTS = 10_000_000

/**
 * By the end of each stretch, the smallest failure rate of the canary that the judgement finds when everything comes as
 * it is to be expected: the same code judges a stream without chance. Half of the real runs find it sooner. Null = none.
 */
export function expectedEffects(spec: CanarySpec, traffic: PresentTraffic, stretches: readonly Stretch[]) {
  const found = EFFECTS.map((effect) => foundIn(spec, traffic, stretches, effect))
  return stretches.map((_, index) => {
    const at = found.findIndex((stretch) => stretch !== null && stretch <= index)
    return at === -1 ? null : Math.min(1, traffic.errorRate + (EFFECTS[at] as number))
  })
}

/** Index of the stretch in which a canary is found that fails by so much more often. */
function foundIn(spec: CanarySpec, traffic: PresentTraffic, stretches: readonly Stretch[], effect: number) {
  const total = stretches.reduce((sum, { lastsMs }) => sum + lastsMs, 0)
  const tickMs = Math.max(1_000, total / MOST_TICKS)
  const canary = new Expected(Math.min(1, traffic.errorRate + effect))
  const stable = new Expected(traffic.errorRate)
  let judgement = newJudgement(settingsOf(spec.analysis))
  for (const [index, { weight, lastsMs }] of stretches.entries()) {
    for (let at = 0; at < lastsMs; at += tickMs) {
      const forMs = Math.min(tickMs, lastsMs - at)
      const requests = (traffic.requestsPerSecond * forMs) / 1000
      const share = weight / 100
      judgement = judged(judgement, canary.next(requests * share), stable.next(requests * (1 - share)), forMs)
      if (answerOf(judgement) === 'fail') return index
    }
  }
  return null
}

/** Requests to the canary until it passes if it is as good as the stable version; latency is taken to be beyond doubt. */
export function requestsUntilPass(spec: CanarySpec, { errorRate }: PresentTraffic): number {
  const passes = (requests: number) => {
    const both: Traffic = { requests, failures: Math.round(requests * errorRate), latency: [requests, 0] }
    return answerOf(judged(newJudgement(settingsOf(spec.analysis)), both, both, 1_000)) === 'pass'
  }
  let high = 16
  while (!passes(high)) {
    high *= 2
    if (high > MOST_REQUESTS) return Number.POSITIVE_INFINITY
  }
  let low = high / 2
  while (high - low > Math.max(1, high / 100)) {
    const middle = Math.floor((low + high) / 2)
    if (passes(middle)) high = middle
    else low = middle
  }
  return high
}

function judged(judgement: Judgement, canary: Traffic, stable: Traffic, forMs: number): Judgement {
  return takeIn(judgement, { atMs: 0, forMs, boundsMs: [1], channels: [{ side: 'caller', route: '', canary, stable }] })
}

/** Whole requests and failures whose sums follow what is to be expected. */
class Expected {
  readonly #rate: number
  #requests = 0
  #taken = 0
  #failed = 0

  constructor(rate: number) {
    this.#rate = rate
  }

  next(mean: number): Traffic {
    this.#requests += mean
    const requests = Math.floor(this.#requests) - this.#taken
    this.#taken += requests
    const failures = Math.min(requests, Math.floor(this.#taken * this.#rate) - this.#failed)
    this.#failed += failures
    return { requests, failures, latency: [] }
  }
}
