import type { Split } from './noncentral-hypergeometric.ts'
import type { Tally } from './rate-bounds.ts'
import { addTraffic, type Traffic } from './sample.ts'
import { compare, NO_COMPARISON, type SideBySide } from './side-by-side.ts'

/** Parts of the stable version's requests whose durations are the yardsticks. */
export const QUANTILES = [0.5, 0.9, 0.99, 0.999] as const
/** Requests of the stable version before it is a yardstick. */
const FEWEST = 50
/** A pause of one process makes everything slow that it has in hand: no moment alone shows a slow version. */
const MOST_GAIN = Math.log(8)

/**
 * Evidence that the canary is slower. For each quantile of the stable version a request is "slow" if it takes longer than
 * that; of the canary, if it takes longer than that by the tolerated factor. A canary that is no slower than tolerated has
 * no more slow requests than the stable version, so the test of bad requests applies. The yardstick of a tick is made of
 * earlier ticks alone.
 */
export interface LatencyTest {
  /** For each of QUANTILES. */
  readonly tests: readonly SideBySide[]
  /** What the stable version did until now. */
  readonly stable: Traffic
}

export const NO_LATENCY: LatencyTest = {
  tests: QUANTILES.map(() => NO_COMPARISON),
  stable: { requests: 0, failures: 0, latency: [] },
}

/** @param tolerance factor by which the canary may be slower, at least 1 */
export function compareLatency(
  state: LatencyTest,
  traffic: { readonly canary: Traffic; readonly stable: Traffic },
  boundsMs: readonly number[],
  tolerance: number,
): LatencyTest {
  const stable = addTraffic(state.stable, traffic.stable)
  if (traffic.canary.requests + traffic.stable.requests === 0 || count(state.stable) < FEWEST) {
    return { tests: state.tests, stable }
  }
  const tests = state.tests.map((test, index) => {
    const yardstick = yardstickOf(state.stable, boundsMs, QUANTILES[index] as number, tolerance)
    return yardstick === null ? test : compare(test, slowSplit(traffic, yardstick), MOST_GAIN)
  })
  return { tests, stable }
}

/** First buckets that count as slow. */
export interface Yardstick {
  readonly stableFrom: number
  readonly canaryFrom: number
  /** ms */
  readonly stableMs: number
  readonly canaryMs: number
}

/** Nobody minds less, whatever factor it is: two processes that are alike differ by parts of a millisecond. */
const LEAST_MS = 5

/** Null where the quantile, or what is tolerated above it, lies beyond the last bound: there is no telling. */
export function yardstickOf(
  stable: Traffic,
  boundsMs: readonly number[],
  quantile: number,
  tolerance: number,
): Yardstick | null {
  const total = count(stable)
  let below = 0
  let at = 0
  while (at < boundsMs.length) {
    below += stable.latency[at] ?? 0
    if (below >= total * quantile) break
    at += 1
  }
  const stableMs = boundsMs[at]
  if (total === 0 || stableMs === undefined) return null
  const toleratedMs = Math.max(stableMs * tolerance, stableMs + LEAST_MS)
  let canaryAt = at
  while (canaryAt < boundsMs.length && (boundsMs[canaryAt] as number) < toleratedMs) canaryAt += 1
  const canaryMs = boundsMs[canaryAt]
  if (canaryMs === undefined) return null
  return { stableFrom: at + 1, canaryFrom: canaryAt + 1, stableMs, canaryMs }
}

export function slowTally(traffic: Traffic, from: number): Tally {
  let bad = 0
  for (let index = from; index < traffic.latency.length; index += 1) bad += traffic.latency[index] as number
  return { requests: count(traffic), bad }
}

function slowSplit(traffic: { readonly canary: Traffic; readonly stable: Traffic }, yardstick: Yardstick): Split {
  const canary = slowTally(traffic.canary, yardstick.canaryFrom)
  const stable = slowTally(traffic.stable, yardstick.stableFrom)
  return { requests: canary.requests, bad: canary.bad, otherRequests: stable.requests, otherBad: stable.bad }
}

function count({ latency }: Traffic): number {
  let sum = 0
  for (let index = 0; index < latency.length; index += 1) sum += latency[index] as number
  return sum
}
