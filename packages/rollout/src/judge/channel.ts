import { type AgainstBaseline, baselineEvidence, NO_BASELINE, weigh } from './against-baseline.ts'
import { compareLatency, type LatencyTest, NO_LATENCY, QUANTILES } from './latency.ts'
import { addTraffic, type ChannelSample, NO_TRAFFIC, type Side, type Traffic } from './sample.ts'
import type { JudgeSettings } from './settings.ts'
import { compare, comparisonEvidence, NO_COMPARISON, type SideBySide } from './side-by-side.ts'

/** Where evidence may come from, within a channel. */
export type Check = 'failures' | 'failures-against-baseline' | 'latency'

export interface Evidence {
  readonly check: Check
  /** Of latency: which quantile. */
  readonly quantile?: number
  /** Part of the whole rollout's false alarms that this may use; the parts of a channel sum to 1. */
  readonly weight: number
  /** Natural logarithm; 0 = none. */
  readonly log: number
}

/** Everything known of one route as one side sees it. */
export interface Channel {
  readonly side: Side
  readonly route: string
  /** Part of the rollout's false alarms that this channel may use. */
  readonly weight: number
  readonly failures: SideBySide
  readonly baseline: AgainstBaseline
  readonly latency: LatencyTest
  /** For how long the canary has had traffic, ms; up to WARM_UP_MS. */
  readonly warmMs: number
  readonly canary: Traffic
  readonly stable: Traffic
}

const WEIGHTS = { failures: 0.45, baseline: 0.25, latency: 0.3 } as const
/** Part of the false alarms that goes to bounds of the stable version's rate being wrong. */
export const BOUND_SHARE = 0.1

export function newChannel(side: Side, route: string, weight: number): Channel {
  return {
    side,
    route,
    weight,
    failures: NO_COMPARISON,
    baseline: NO_BASELINE,
    latency: NO_LATENCY,
    warmMs: 0,
    canary: NO_TRAFFIC,
    stable: NO_TRAFFIC,
  }
}

/** A process that has just started is slow (caches, connections, just-in-time compilers): its durations do not count, ms. */
const WARM_UP_MS = 5_000

/** @param of the tick: its bounds of latency buckets, and its length */
export function observe(
  channel: Channel,
  sample: ChannelSample,
  { boundsMs, forMs }: { readonly boundsMs: readonly number[]; readonly forMs: number },
  settings: JudgeSettings,
): Channel {
  const { stable } = sample
  const isWarm = channel.warmMs >= WARM_UP_MS
  const canary = isWarm ? sample.canary : { ...sample.canary, latency: [] }
  const split = {
    requests: canary.requests,
    bad: canary.failures,
    otherRequests: stable.requests,
    otherBad: stable.failures,
  }
  const miss = settings.falseAlarm * BOUND_SHARE * channel.weight
  return {
    ...channel,
    failures: compare(channel.failures, split),
    baseline: weigh(channel.baseline, split, miss),
    latency: compareLatency(channel.latency, { canary, stable }, boundsMs, toleratedFactor(settings)),
    warmMs: isWarm || canary.requests === 0 ? channel.warmMs : channel.warmMs + forMs,
    canary: addTraffic(channel.canary, canary),
    stable: addTraffic(channel.stable, stable),
  }
}

export function withoutLatency(channel: Channel): Channel {
  const { canary, stable } = channel
  return { ...channel, latency: NO_LATENCY, canary: { ...canary, latency: [] }, stable: { ...stable, latency: [] } }
}

/** Half way (as factors go) between no slower and too slow: so that the one is tolerated and the other found. */
export function toleratedFactor(settings: JudgeSettings): number {
  return Math.sqrt(settings.latencyEffect)
}

export function evidenceOf(channel: Channel): readonly Evidence[] {
  return [
    { check: 'failures', weight: WEIGHTS.failures, log: comparisonEvidence(channel.failures) },
    { check: 'failures-against-baseline', weight: WEIGHTS.baseline, log: baselineEvidence(channel.baseline) },
    ...QUANTILES.map((quantile, index) => ({
      check: 'latency' as const,
      quantile,
      weight: WEIGHTS.latency / QUANTILES.length,
      log: comparisonEvidence(channel.latency.tests[index] as SideBySide),
    })),
  ]
}

/** No evidence of this channel is stronger. Natural logarithm; cheap. */
export function strongestLog({ failures, baseline, latency }: Channel): number {
  let strongest = Math.max(...failures.logs, ...baseline.logs)
  for (const { logs } of latency.tests) strongest = Math.max(strongest, ...logs)
  return strongest
}
