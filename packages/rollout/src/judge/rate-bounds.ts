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
  return bisect(tally.bad / tally.requests, 1, (rate) => logEvidence(tally, rate) < -Math.log(miss))
}

/** See `upperBound`. */
export function lowerBound(tally: Tally, miss: number): number {
  if (tally.bad === 0) return 0
  return bisect(tally.bad / tally.requests, 0, (rate) => logEvidence(tally, rate) < -Math.log(miss))
}

/** Whether `upperBound(tally, miss) <= limit`, without looking for the bound. */
export function isBelow(tally: Tally, limit: number, miss: number): boolean {
  if (limit >= 1) return true
  if (tally.bad >= limit * tally.requests) return false
  return logEvidence(tally, limit) >= -Math.log(miss)
}

/** Logarithm of the evidence against `rate` being the true one. */
function logEvidence({ requests, bad }: Tally, rate: number): number {
  const good = requests - bad
  const mixture = logBeta(PRIOR.bad + bad, PRIOR.good + good) - logBeta(PRIOR.bad, PRIOR.good)
  return mixture - times(bad, Math.log(rate)) - times(good, Math.log1p(-rate))
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
