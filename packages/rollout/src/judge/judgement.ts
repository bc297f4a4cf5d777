import { type Channel, newChannel, observe, withoutLatency } from './channel.ts'
import { type ChannelSample, isSound, type Sample, type Side } from './sample.ts'
import type { JudgeSettings } from './settings.ts'

/** All evidence of a rollout so far. Plain data: it is kept in memory, and rebuilt from the recorded stream by replay. */
export interface Judgement {
  readonly settings: JudgeSettings
  readonly boundsMs: readonly number[]
  readonly channels: readonly Channel[]
  /** Samples that were not taken in, since their numbers can't be (NaN, negative, failures without requests). */
  readonly unsound: number
}

/** Routes of a side that are judged by themselves; further ones count in the whole only. */
const MAX_ROUTES = 50
/** Each side may use half of the false alarms, and of that half the whole stream and its routes half each. */
const SIDE_WEIGHT = 0.5
const WHOLE_WEIGHT = 0.5

/** Before any evidence. */
export function newJudgement(settings: JudgeSettings): Judgement {
  return { settings, boundsMs: [], channels: [], unsound: 0 }
}

/** With the evidence of one more tick; each is to be given once, in order. */
export function takeIn(judgement: Judgement, sample: Sample): Judgement {
  if (!isSound(sample)) return { ...judgement, unsound: judgement.unsound + 1 }
  const { settings } = judgement
  let channels = sameBounds(judgement, sample) ? judgement.channels : judgement.channels.map(withoutLatency)
  for (const part of sample.channels) {
    if (part.route !== '' && !settings.perRoute) continue
    const at = channels.findIndex(({ side, route }) => side === part.side && route === part.route)
    const channel = channels[at] ?? join(channels, part, settings)
    if (channel === null) continue
    const next = observe(channel, part, sample, settings)
    channels = at === -1 ? [...channels, next] : channels.with(at, next)
  }
  return { ...judgement, boundsMs: sample.boundsMs, channels }
}

/** Counts of other buckets can't be added: latency begins anew where somebody tells it in others. */
function sameBounds(judgement: Judgement, sample: Sample): boolean {
  const known = judgement.boundsMs
  if (known.length === 0) return true
  return known.length === sample.boundsMs.length && known.every((bound, index) => bound === sample.boundsMs[index])
}

/** Weights depend on the order in which routes appear, never on how they fare; over all routes they sum to at most 1. */
function join(channels: readonly Channel[], { side, route }: ChannelSample, settings: JudgeSettings): Channel | null {
  if (route === '') return newChannel(side, '', SIDE_WEIGHT * (settings.perRoute ? WHOLE_WEIGHT : 1))
  const position = routesOf(channels, side) + 1
  if (position > MAX_ROUTES) return null
  const share = 1 / (position * (position + 1))
  return newChannel(side, route, SIDE_WEIGHT * (1 - WHOLE_WEIGHT) * share)
}

function routesOf(channels: readonly Channel[], side: Side): number {
  return channels.filter((channel) => channel.side === side && channel.route !== '').length
}
