import {
  BOUND_SHARE,
  type Channel,
  type Check,
  type Evidence,
  evidenceOf,
  strongestLog,
  toleratedFactor,
} from './channel.ts'
import type { Judgement } from './judgement.ts'
import { QUANTILES, slowTally, yardstickOf } from './latency.ts'
import { logMean } from './log-mean.ts'
import { obstacleOf, passes } from './passing.ts'
import { lowerBound, type Tally, upperBound } from './rate-bounds.ts'
import type { Side } from './sample.ts'

export type Answer = 'fail' | 'pass' | 'not-enough-evidence'

/** A rate with bounds that hold at all times together, each with the chance that the settings allow for a miss. */
export interface Rate {
  readonly requests: number
  readonly bad: number
  readonly rate: number
  readonly low: number
  readonly high: number
}

/** What one check has found. */
export interface Finding {
  readonly check: Check
  readonly side: Side
  /** '' = all routes together. */
  readonly route: string
  readonly quantile?: number
  /** Times as likely if the canary is worse than if it is not. */
  readonly evidence: number
  /** Part of the combined evidence that comes of it, 0 to 1. */
  readonly share: number
  /** Failed requests, or slow ones. */
  readonly canary: Rate
  readonly stable: Rate
  /** Slow means longer than this, ms. */
  readonly slowMs?: { readonly canary: number; readonly stable: number }
}

/** What all checks say together, which alone decides: the weighted mean of their evidence. */
export interface CombinedEvidence {
  /** Times as likely if the canary is worse than if it is not. */
  readonly evidence: number
  /** From here on the canary is called worse. */
  readonly limit: number
}

export interface Verdict {
  readonly answer: Answer
  readonly combined: CombinedEvidence
  /** The strongest first; at most ten. */
  readonly findings: readonly Finding[]
  /** Requests that the canary still needs for an answer, at the present rates; null = it has one, or more won't help. */
  readonly needed: number | null
  /** What stands in the way of `pass`; '' = nothing. */
  readonly missing: string
}

/** One unlucky request, or two, are no fault, whatever the odds. */
const FEWEST_BAD = 3
const MAX_FINDINGS = 10

/** The answer alone: cheap enough for each tick. */
export function answerOf(judgement: Judgement): Answer {
  if (isWorse(judgement)) return 'fail'
  return passes(judgement) ? 'pass' : 'not-enough-evidence'
}

/** The answer with all that led to it. */
export function verdictOf(judgement: Judgement): Verdict {
  const answer = answerOf(judgement)
  const parts = weightedEvidence(judgement)
  const log = combinedLog(parts)
  const combined = { evidence: asFactor(log), limit: asFactor(logLimit(judgement)) }
  const found = { answer, combined, findings: findingsOf(judgement, parts, log) }
  if (answer === 'fail') return { ...found, needed: null, missing: 'the canary is worse' }
  const obstacle = answer === 'pass' ? null : obstacleOf(judgement)
  const isChance = combined.evidence >= combined.limit
  const missing = isChance ? `fewer than ${FEWEST_BAD} such requests may be chance` : (obstacle?.missing ?? '')
  return { ...found, needed: obstacle?.needed ?? null, missing }
}

function isWorse(judgement: Judgement): boolean {
  // A mean is no more than its greatest part.
  if (judgement.channels.every((channel) => strongestLog(channel) < logLimit(judgement))) return false
  const parts = weightedEvidence(judgement)
  if (combinedLog(parts) < logLimit(judgement)) return false
  const strongest = parts.reduce((a, b) => (strength(b) > strength(a) ? b : a))
  return badOf(judgement, strongest) >= FEWEST_BAD
}

interface WeightedEvidence {
  readonly channel: Channel
  readonly evidence: Evidence
  readonly weight: number
}

function weightedEvidence(judgement: Judgement): readonly WeightedEvidence[] {
  return judgement.channels.flatMap((channel) =>
    evidenceOf(channel).map((evidence) => ({ channel, evidence, weight: evidence.weight * channel.weight })),
  )
}

/** Evidence of all checks together: their weighted mean is evidence again, whatever they have in common. Natural logarithm. */
function combinedLog(parts: readonly WeightedEvidence[]): number {
  const unused = 1 - parts.reduce((sum, { weight }) => sum + weight, 0)
  // Weight that no channel uses yet stays as it was: at evidence 1.
  const logs = [...parts.map(({ evidence }) => evidence.log), 0]
  return logMean(logs, [...parts.map(({ weight }) => weight), unused])
}

/** Of its natural logarithm; where a double holds no more, the most that it holds is near enough. */
function asFactor(log: number): number {
  return Math.exp(Math.min(log, 700))
}

function strength({ evidence, weight }: WeightedEvidence): number {
  return evidence.log + Math.log(weight)
}

function badOf(judgement: Judgement, { channel, evidence }: WeightedEvidence): number {
  if (evidence.quantile === undefined) return channel.canary.failures
  const slow = slowness(judgement, channel, evidence.quantile)
  return slow === null ? 0 : slowTally(channel.canary, slow.canaryFrom).bad
}

function logLimit({ settings }: Judgement): number {
  return -Math.log(settings.falseAlarm * (1 - BOUND_SHARE))
}

function findingsOf(judgement: Judgement, parts: readonly WeightedEvidence[], combined: number): readonly Finding[] {
  return parts
    .filter(({ evidence }) => evidence.log !== 0)
    .sort((a, b) => strength(b) - strength(a))
    .slice(0, MAX_FINDINGS)
    .map((one) => finding(judgement, one, Math.exp(strength(one) - combined)))
}

function finding(judgement: Judgement, { channel, evidence }: WeightedEvidence, share: number): Finding {
  const { miss } = judgement.settings
  const { side, route } = channel
  const { check, quantile, log } = evidence
  const common = { check, side, route, evidence: asFactor(log), share }
  const slow = quantile === undefined ? null : slowness(judgement, channel, quantile)
  if (slow !== null) {
    const canary = rate(slowTally(channel.canary, slow.canaryFrom), miss)
    const stable = rate(slowTally(channel.stable, slow.stableFrom), miss)
    return { ...common, quantile, canary, stable, slowMs: { canary: slow.canaryMs, stable: slow.stableMs } }
  }
  return {
    ...common,
    ...(quantile === undefined ? {} : { quantile }),
    canary: rate({ requests: channel.canary.requests, bad: channel.canary.failures }, miss),
    stable: rate({ requests: channel.stable.requests, bad: channel.stable.failures }, miss),
  }
}

function slowness(judgement: Judgement, channel: Channel, quantile: number) {
  const known = QUANTILES.find((one) => one === quantile) ?? QUANTILES[0]
  return yardstickOf(channel.stable, judgement.boundsMs, known, toleratedFactor(judgement.settings))
}

function rate(tally: Tally, miss: number): Rate {
  return {
    ...tally,
    rate: tally.requests === 0 ? 0 : tally.bad / tally.requests,
    low: lowerBound(tally, miss),
    high: upperBound(tally, miss),
  }
}
