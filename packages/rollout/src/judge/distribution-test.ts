import { mannWhitney } from './mann-whitney.ts'
import { addTraffic, NO_TRAFFIC, type Sample } from './sample.ts'

export interface DistributionVerdict {
  readonly worse: boolean
  /** Chance that a request of the canary takes longer than one of the stable version, over the last whole window. */
  readonly slower: number
  readonly pValue: number
}

/**
 * Mann–Whitney's test over windows that do not overlap. It is valid for one look, so the k-th window may use only
 * 1/(k (k + 1)) of the false alarms: over all windows these sum to `falseAlarm`. Null before the first whole window with
 * enough requests.
 *
 * @param samples oldest first
 * @param most chance of being slower that is tolerated, at least 0.5
 */
export function distributionTest(
  samples: readonly Sample[],
  windowMs: number,
  most: number,
  falseAlarm: number,
): DistributionVerdict | null {
  const startedAt = (samples[0]?.atMs ?? 0) - (samples[0]?.forMs ?? 0)
  const whole = Math.floor(((samples.at(-1)?.atMs ?? 0) - startedAt) / windowMs)
  if (whole < 1) return null
  const from = startedAt + (whole - 1) * windowMs
  const inside = samples.filter(({ atMs }) => atMs > from && atMs <= from + windowMs)
  const { canary, stable } = seenBy(inside, 'caller') ?? seenBy(inside, 'server') ?? NEITHER
  const { slower, pValue } = mannWhitney(canary.latency, stable.latency)
  if (pValue === null) return null
  return { worse: slower > most && pValue < falseAlarm / (whole * (whole + 1)), slower, pValue }
}

const NEITHER = { canary: NO_TRAFFIC, stable: NO_TRAFFIC }

function seenBy(samples: readonly Sample[], wanted: string) {
  const parts = samples.flatMap(({ channels }) => channels.filter(({ side, route }) => route === '' && side === wanted))
  const canary = parts.reduce((sum, part) => addTraffic(sum, part.canary), NO_TRAFFIC)
  const stable = parts.reduce((sum, part) => addTraffic(sum, part.stable), NO_TRAFFIC)
  return canary.requests === 0 ? null : { canary, stable }
}
