import type { Channel } from './channel.ts'
import type { Judgement } from './judgement.ts'
import { slowTally, type Yardstick, yardstickOf } from './latency.ts'
import { isBelow, lowerBound, type Tally } from './rate-bounds.ts'

/** One thing that must be shown before the canary can be called good. */
interface Condition {
  readonly holds: () => boolean
  /** Further requests to the canary, at the present rates; null = more of the same won't do. Takes a while. */
  readonly needed: () => number | null
  /** A sentence for when it does not hold. */
  readonly missing: () => string
}

/** What keeps the canary from being called good. */
export interface Obstacle {
  readonly needed: number | null
  readonly missing: string
}

/**
 * The quantiles that a pass is judged by, and the power of the effect that is tolerated there. At p99 the square: to tell
 * less apart, a healthy canary would need many thousands of requests.
 */
const QUANTILES = [
  { quantile: 0.5, power: 1 },
  { quantile: 0.9, power: 1 },
  { quantile: 0.99, power: 2 },
]
/** Each of the bounds that make up a pass may be wrong with an equal part of the chance: two of failures, three of latency. */
const PARTS = 5
/** Nobody waits for more requests than this. */
const MOST_NEEDED = 10_000_000

/**
 * Good means: worse by less than the effect that must be found, beyond doubt. Judged on the whole stream, as callers see
 * it if they do, else as servers do.
 */
export function passes(judgement: Judgement): boolean {
  return conditionsOf(judgement).every(({ holds }) => holds())
}

/** Of all that is missing, what takes most requests; what no number of requests brings comes first. Null = it passes. */
export function obstacleOf(judgement: Judgement): Obstacle | null {
  const obstacles = conditionsOf(judgement)
    .filter(({ holds }) => !holds())
    .map(({ needed, missing }) => ({ needed: needed(), missing: missing() }))
  const [first] = obstacles.sort((a, b) => (a.needed === b.needed ? 0 : orLast(a.needed) > orLast(b.needed) ? -1 : 1))
  return first ?? null
}

function orLast(needed: number | null): number {
  return needed ?? Number.POSITIVE_INFINITY
}

function conditionsOf(judgement: Judgement): readonly Condition[] {
  const whole = judgement.channels.filter(({ route, canary }) => route === '' && canary.requests > 0)
  const channel = whole.find(({ side }) => side === 'caller') ?? whole[0]
  if (channel === undefined) {
    const needed = () => judgement.settings.minimumRequests
    return [{ holds: () => false, needed, missing: () => 'no request has reached the canary' }]
  }
  return [enough(channel, judgement), failures(channel, judgement), ...latency(channel, judgement)]
}

function enough({ canary }: Channel, { settings }: Judgement): Condition {
  const { minimumRequests } = settings
  const needed = minimumRequests - canary.requests
  const missing = () => `the canary has had ${canary.requests} of at least ${minimumRequests} requests`
  return { holds: () => needed <= 0, needed: () => needed, missing }
}

function failures({ canary, stable }: Channel, { settings }: Judgement): Condition {
  const miss = settings.miss / PARTS
  const limit = () => lowerBound({ requests: stable.requests, bad: stable.failures }, miss) + settings.minimumEffect
  const tally = { requests: canary.requests, bad: canary.failures }
  const points = () => Number((settings.minimumEffect * 100).toPrecision(2))
  return {
    holds: () => isBelow(tally, limit(), miss),
    needed: () => stillNeeded(tally, limit(), miss),
    missing: () => `it is not sure yet that the canary fails less than ${points()} points more often`,
  }
}

/** Without a yardstick (no stable traffic, or slower than the last bound) latency can't speak against it. */
function latency(channel: Channel, { settings, boundsMs }: Judgement): readonly Condition[] {
  const miss = settings.miss / PARTS
  return QUANTILES.map(({ quantile, power }) => {
    const yardstick = () => yardstickOf(channel.stable, boundsMs, quantile, settings.latencyEffect ** power)
    const slow = ({ canaryFrom }: Yardstick) => slowTally(channel.canary, canaryFrom)
    return {
      holds: () => {
        const known = yardstick()
        return known === null || isBelow(slow(known), 1 - quantile, miss)
      },
      needed: () => {
        const known = yardstick()
        return known === null ? 0 : stillNeeded(slow(known), 1 - quantile, miss)
      },
      missing: () => `it is not sure yet that the canary's p${quantile * 100} is under ${yardstick()?.canaryMs} ms`,
    }
  })
}

/** Requests until the bound falls under the limit if the rate stays as it is; doubling, then halving the interval. */
function stillNeeded(tally: Tally, limit: number, miss: number): number | null {
  const rate = tally.requests === 0 ? 0 : tally.bad / tally.requests
  const holds = (requests: number) => isBelow({ requests, bad: Math.round(rate * requests) }, limit, miss)
  let high = Math.max(16, tally.requests)
  while (!holds(high)) {
    high *= 2
    if (high > MOST_NEEDED) return null
  }
  let low = tally.requests
  while (high - low > Math.max(1, high / 100)) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle
  }
  return Math.max(1, high - tally.requests)
}
