import { logBeta } from './log-gamma.ts'

export interface Tally {
  readonly requests: number
  readonly bad: number
}

export const NO_REQUESTS: Tally = { requests: 0, bad: 0 }

/**
 * Prior of the mixture: most weight on small rates, since that is where services live. Any prior gives valid bounds; this
 * one decides where they are tight.
 */
const PRIOR = { bad: 0.5, good: 20 }

const STEPS = 50

/**
 * Bounds of a rate that hold at every moment at once: the chance that they ever exclude the true rate is at most `miss`,
 * for each of the two. They may therefore be looked at after each request (Robbins 1970, beta-binomial mixture; Ville's
 * inequality).
 */
export function upperBound(tally: Tally, miss: number): number {
  if (tally.requests === 0) return 1
  const least = logMixture(tally) + Math.log(miss)
  return bisect(tally.bad / tally.requests, 1, (rate) => least < logLikelihood(tally, rate))
}

/** See `upperBound`. */
export function lowerBound(tally: Tally, miss: number): number {
  if (tally.bad === 0) return 0
  const least = logMixture(tally) + Math.log(miss)
  return bisect(tally.bad / tally.requests, 0, (rate) => least < logLikelihood(tally, rate))
}

/** Whether `upperBound(tally, miss) <= limit`, without looking for the bound. */
export function isBelow(tally: Tally, limit: number, miss: number): boolean {
  if (limit >= 1) return true
  if (tally.bad >= limit * tally.requests) return false
  return logMixture(tally) + Math.log(miss) >= logLikelihood(tally, limit)
}

const LOG_PRIOR = logBeta(PRIOR.bad, PRIOR.good)

/** Logarithm of the chance of these requests, in that order, if the rate is drawn from the prior. */
function logMixture({ requests, bad }: Tally): number {
  return logBeta(PRIOR.bad + bad, PRIOR.good + requests - bad) - LOG_PRIOR
}

/** Logarithm of the chance of these requests, in that order, at that rate. */
function logLikelihood({ requests, bad }: Tally, rate: number): number {
  return times(bad, Math.log(rate)) + times(requests - bad, Math.log1p(-rate))
}

/** 0 × log 0 is 0 here. */
function times(count: number, log: number): number {
  return count === 0 ? 0 : count * log
}

/** The point between `inside` and `outside` where `holds` ceases to hold. */
function bisect(inside: number, outside: number, holds: (rate: number) => boolean): number {
  let good = inside
  let bad = outside
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (good + bad) / 2
    if (holds(middle)) good = middle
    else bad = middle
  }
  return bad
}
