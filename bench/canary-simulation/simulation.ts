import { randomStream } from './random-stream.ts'
import type { Ending, Rule } from './rule.ts'
import { type Behaviour, draw, NO_TRAFFIC } from './traffic.ts'

export interface Scenario {
  /** Of both versions together. */
  readonly requestsPerSecond: number
  readonly stable: Behaviour
  readonly canary: Behaviour
}

export interface Run {
  readonly ending: Ending
  /** From the first request to the canary to the end, ms. */
  readonly durationMs: number
  readonly canaryRequests: number
  readonly failedCanaryRequests: number
}

/** A tick of the stream as the controller gets it. */
const TICK_MS = 500
/** At a request a second most ticks would be empty. */
const SLOW_TICK_MS = 2_000
const SLOW_RATE = 5
/** The stable version's traffic before the rollout begins, ms. */
const BEFORE_MS = 60_000
const LONGEST_MS = 12 * 3_600_000

/** One rollout from beginning to end. The same seed gives the same run. */
export function simulate(rule: Rule, scenario: Scenario, seed: number): Run {
  const random = randomStream(seed)
  const tickMs = rule.tickMs ?? (scenario.requestsPerSecond < SLOW_RATE ? SLOW_TICK_MS : TICK_MS)
  const timed = !rule.ignores?.includes('latency')
  const compares = !rule.ignores?.includes('stable')
  const beforeMs = compares ? BEFORE_MS : 0
  const perTick = (scenario.requestsPerSecond * tickMs) / 1000
  let startedAt = Number.NaN
  let canaryRequests = 0
  let failedCanaryRequests = 0
  let now = 0
  while (rule.ending === 'undecided' && now < LONGEST_MS) {
    now += tickMs
    const share = now <= beforeMs ? 0 : rule.weight / 100
    const canary = draw(perTick * share, scenario.canary, random, timed)
    const stable = compares ? draw(perTick * (1 - share), scenario.stable, random, timed) : NO_TRAFFIC
    if (canary.requests > 0 && Number.isNaN(startedAt)) startedAt = now - tickMs
    canaryRequests += canary.requests
    failedCanaryRequests += canary.failures
    rule.tick(now, canary, stable)
  }
  return { ending: rule.ending, durationMs: now - startedAt, canaryRequests, failedCanaryRequests }
}
