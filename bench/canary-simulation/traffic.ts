import { NATIVE_BOUNDS } from '@mizzen/base'
import type { Traffic } from '@mizzen/rollout'
import { type AliasTable, aliasTable, drawFrom } from './alias-table.ts'
import { binomial, poisson } from './random-stream.ts'

/** Upper bounds of the latency buckets, ms: those of the product. */
export const BOUNDS_MS: readonly number[] = NATIVE_BOUNDS

/** How a version behaves. */
export interface Behaviour {
  /** Part of its requests that fail. */
  readonly errors: number
  /** Part of its requests that fall into each bucket, and above all of them; the sum is 1. */
  readonly latency: readonly number[]
}

export const NO_TRAFFIC: Traffic = { requests: 0, failures: 0, latency: [] }

/** Log-normal durations with that median (ms) and spread, of which a `tail` part takes `tailFactor` times as long. */
export function durations(medianMs: number, spread: number, tail = 0, tailFactor = 1): readonly number[] {
  const below = (ms: number) => normal(Math.log(ms / medianMs) / spread)
  const part = (ms: number) => (1 - tail) * below(ms) + tail * below(ms / tailFactor)
  const upTo = [...BOUNDS_MS.map(part), 1]
  return upTo.map((value, index) => value - (upTo[index - 1] ?? 0))
}

/** What a version does in a time in which `mean` requests are to be expected. @param timed false: without durations */
export function draw(mean: number, behaviour: Behaviour, random: () => number, timed = true): Traffic {
  const requests = poisson(mean, random)
  const failures = binomial(requests, behaviour.errors, random)
  if (!timed) return { requests, failures, latency: [] }
  const latency = behaviour.latency.map(() => 0)
  for (let index = 0; index < requests; index += 1) {
    const bucket = drawFrom(aliasOf(behaviour), random)
    latency[bucket] = (latency[bucket] as number) + 1
  }
  return { requests, failures, latency }
}

const ALIASES = new WeakMap<Behaviour, AliasTable>()

function aliasOf(behaviour: Behaviour): AliasTable {
  let table = ALIASES.get(behaviour)
  if (table === undefined) {
    table = aliasTable(behaviour.latency)
    ALIASES.set(behaviour, table)
  }
  return table
}

/** Distribution function of the standard normal distribution, by its error function (Abramowitz and Stegun 7.1.26). */
function normal(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const erf = 1 - poly * Math.exp(-x * x)
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2
}
