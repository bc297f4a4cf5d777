import { logMean } from './log-mean.ts'
import { logLikelihoods, type Split } from './noncentral-hypergeometric.ts'

/**
 * How many times worse the odds of the canary may be, as alternatives to "no worse". Each costs a little power where it
 * does not fit; together they reach from half as bad again to a thousandfold.
 */
const LOG_ODDS = [1.5, 2, 3, 5, 10, 30, 100, 1000].map(Math.log)
const LOG_ODDS_AND_EQUAL = [0, ...LOG_ODDS]
/** Requests of both together from which on a block is looked at. Depends on counts alone, never on what came of them. */
const BLOCK_REQUESTS = 8

/**
 * Evidence that the canary is worse than the stable version over the same time: a sequential test of canary against
 * stable, valid whenever it is looked at. What both suffer alike (a shared database that fails) is no evidence, and no
 * base rate need be known: each block of time is judged given the sum of its bad requests.
 *
 * The evidence of a block is the ratio of its likelihood if the canary were worse to that if it were equal; its
 * expectation is at most 1 when the canary is no worse, so the product over blocks exceeds 1/a with a chance of at most a
 * (Ville's inequality).
 */
export interface SideBySide {
  /** For each of LOG_ODDS. */
  readonly logs: readonly number[]
  /** The block that gathers. */
  readonly open: Split
}

const EMPTY: Split = { requests: 0, bad: 0, otherRequests: 0, otherBad: 0 }

export const NO_COMPARISON: SideBySide = { logs: LOG_ODDS.map(() => 0), open: EMPTY }

/**
 * Takes in what canary (first) and stable (other) did in the same short time.
 *
 * @param mostGain a block adds no more than this (a natural logarithm): for what comes in bursts. Evidence that is cut is
 *   evidence still, only weaker.
 */
export function compare(state: SideBySide, split: Split, mostGain = Number.POSITIVE_INFINITY): SideBySide {
  // A block begins with a request to the canary: what the stable version did long before is not the same time.
  if (split.requests === 0 && state.open.requests === 0) return state
  const open = add(state.open, split)
  if (!isComplete(open)) return { logs: state.logs, open }
  if (open.bad + open.otherBad === 0) return { logs: state.logs, open: EMPTY }
  const [equal = 0, ...worse] = logLikelihoods(open, LOG_ODDS_AND_EQUAL)
  const gain = (index: number) => Math.min(mostGain, (worse[index] as number) - equal)
  return { logs: state.logs.map((log, index) => log + gain(index)), open: EMPTY }
}

/** Natural logarithm of the evidence; 0 = none. */
export function comparisonEvidence(state: SideBySide): number {
  return logMean(state.logs)
}

function isComplete({ requests, otherRequests }: Split): boolean {
  return requests > 0 && otherRequests > 0 && requests + otherRequests >= BLOCK_REQUESTS
}

function add(a: Split, b: Split): Split {
  return {
    requests: a.requests + b.requests,
    bad: a.bad + b.bad,
    otherRequests: a.otherRequests + b.otherRequests,
    otherBad: a.otherBad + b.otherBad,
  }
}
