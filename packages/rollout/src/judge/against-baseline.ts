import { logMean } from './log-mean.ts'
import type { Split } from './noncentral-hypergeometric.ts'
import { NO_REQUESTS, type Tally, upperBound } from './rate-bounds.ts'

/** Rates that a bad canary may have, as multiples of the stable version's, and as such. */
const MULTIPLES = [2, 4, 10, 40]
const RATES = [0.02, 0.05, 0.2, 0.5, 0.95]
const WORST = 0.999
/** The bound is computed anew when the stable version's requests have grown by this part. */
const RENEW_AFTER = 1.05

/**
 * Evidence that the canary is worse than the stable version has ever been in this rollout. Much quicker than the
 * comparison side by side when little traffic is left for the stable version, or none; but it would blame the canary for
 * what both suffer, so time in which the stable version does worse than it used to is left out.
 *
 * The canary's rate is tested against an upper bound of the stable one's, which is wrong with a chance of at most `miss`
 * at any time.
 */
export interface AgainstBaseline {
  /** For each alternative. */
  readonly logs: readonly number[]
  readonly stable: Tally
  readonly bound: number
  /** Requests of `stable` when `bound` was computed. */
  readonly boundAt: number
  /** What a bad request, and a good one, add to each of `logs` at that bound. */
  readonly gains: Gains
}

interface Gains {
  readonly bad: readonly number[]
  readonly good: readonly number[]
}

export const NO_BASELINE: AgainstBaseline = {
  logs: [...MULTIPLES, ...RATES].map(() => 0),
  stable: NO_REQUESTS,
  bound: 1,
  boundAt: 0,
  gains: gainsAt(1),
}

/** Takes in what canary (first) and stable (other) did in the same short time. @param miss see above */
export function weigh(state: AgainstBaseline, split: Split, miss: number): AgainstBaseline {
  const { bound, gains } = state
  const usual = split.otherBad <= Math.ceil(split.otherRequests * bound)
  const counts = usual && split.requests > 0 && bound < 1
  const good = split.requests - split.bad
  const gain = (index: number) => split.bad * (gains.bad[index] as number) + good * (gains.good[index] as number)
  const logs = counts ? state.logs.map((log, index) => log + gain(index)) : state.logs
  return renew({ ...state, logs }, split, miss)
}

/** Natural logarithm of the evidence; 0 = none. */
export function baselineEvidence(state: AgainstBaseline): number {
  return logMean(state.logs)
}

/** An alternative that is no worse than the bound bets nothing. */
function gainsAt(bound: number): Gains {
  const rates = [...MULTIPLES.map((multiple) => bound * multiple), ...RATES].map((rate) => Math.min(WORST, rate))
  const bets = rates.map((rate) => rate > bound)
  return {
    bad: rates.map((rate, index) => (bets[index] ? Math.log(rate / bound) : 0)),
    good: rates.map((rate, index) => (bets[index] ? Math.log1p(-rate) - Math.log1p(-bound) : 0)),
  }
}

/** The stable version's requests count for later blocks only: a bound that looked at this one would favour the canary. */
function renew(state: AgainstBaseline, split: Split, miss: number): AgainstBaseline {
  const stable = {
    requests: state.stable.requests + split.otherRequests,
    bad: state.stable.bad + split.otherBad,
  }
  const stale = stable.requests > state.boundAt * RENEW_AFTER
  if (!stale) return { ...state, stable }
  const bound = upperBound(stable, miss)
  return { logs: state.logs, stable, bound, boundAt: stable.requests, gains: gainsAt(bound) }
}
