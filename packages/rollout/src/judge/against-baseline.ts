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
}

export const NO_BASELINE: AgainstBaseline = {
  logs: [...MULTIPLES, ...RATES].map(() => 0),
  stable: NO_REQUESTS,
  bound: 1,
  boundAt: 0,
}

/** Takes in what canary (first) and stable (other) did in the same short time. @param miss see above */
export function weigh(state: AgainstBaseline, split: Split, miss: number): AgainstBaseline {
  const { bound } = state
  const usual = split.otherBad <= Math.ceil(split.otherRequests * bound)
  const counts = usual && split.requests > 0 && bound < 1
  const logs = counts ? state.logs.map((log, index) => log + gain(index, split, bound)) : state.logs
  return renew({ ...state, logs }, split, miss)
}

/** Natural logarithm of the evidence; 0 = none. */
export function baselineEvidence(state: AgainstBaseline): number {
  return logMean(state.logs)
}

/** An alternative that is no worse than the bound bets nothing. */
function gain(index: number, { requests, bad }: Split, bound: number): number {
  const multiple = MULTIPLES[index]
  const rate = Math.min(WORST, multiple === undefined ? (RATES[index - MULTIPLES.length] as number) : bound * multiple)
  if (rate <= bound) return 0
  return bad * Math.log(rate / bound) + (requests - bad) * (Math.log1p(-rate) - Math.log1p(-bound))
}

/** The stable version's requests count for later blocks only: a bound that looked at this one would favour the canary. */
function renew(state: AgainstBaseline, split: Split, miss: number): AgainstBaseline {
  const stable = {
    requests: state.stable.requests + split.otherRequests,
    bad: state.stable.bad + split.otherBad,
  }
  const stale = stable.requests > state.boundAt * RENEW_AFTER
  if (!stale) return { ...state, stable }
  return { logs: state.logs, stable, bound: upperBound(stable, miss), boundAt: stable.requests }
}
