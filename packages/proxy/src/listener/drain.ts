import type { Random } from '@mizzen/base'

/** How a drain ends connections: each with its next response, or more and more of them (Envoy: `--drain-strategy`). */
export type DrainStrategy = 'immediate' | 'gradual'

/** What the drains of one runtime have in common. */
export interface DrainSettings {
  readonly strategy: DrainStrategy
  /** The operator says that this proxy is not healthy: clients are to look for another one. */
  failing: boolean
}

/** Parts into which the time of a gradual drain is divided: connections that are idle end evenly over them. */
const STEPS = 20
/** From there until it closes, ms: what its client has sent meanwhile is answered. */
const TOLD_MS = 1_000
/** Share of the time of an immediate drain after which the first idle connections are closed. */
const FIRST_IDLE = 0.5

/** A drain that has begun. */
export class Drain {
  readonly strategy: DrainStrategy
  readonly #random: Random
  readonly #beginMs: number
  readonly #withinMs: number

  /** @param nowMs monotonic, as all times here */
  constructor(strategy: DrainStrategy, random: Random, nowMs: number, withinMs: number) {
    this.strategy = strategy
    this.#random = random
    this.#beginMs = nowMs
    this.#withinMs = withinMs
  }

  /** Whether a response ends its connection. Gradually: with a probability that grows from 0 to 1 over the drain time. */
  endsConnection(nowMs: number): boolean {
    if (this.strategy === 'immediate') return true
    const elapsedMs = nowMs - this.#beginMs
    return elapsedMs >= this.#withinMs || elapsedMs > this.#random() * this.#withinMs
  }

  /** How long an idle connection is kept once it is told to end, ms. */
  idleMs(nowMs: number): number {
    if (this.strategy === 'gradual') return Math.max(1, Math.min(TOLD_MS, this.#beginMs + this.#withinMs - nowMs))
    return Math.max(1, this.#withinMs * (FIRST_IDLE + (1 - FIRST_IDLE) * this.#random()))
  }

  /**
   * A step of a gradual drain, counted from 0.
   * @returns the share of those not told yet that are told now, and the time until the next step, ms; 0 = there is none
   */
  step(index: number): { readonly share: number; readonly afterMs: number } {
    const left = STEPS - index
    return { share: 1 / left, afterMs: left > 1 ? this.#withinMs / STEPS : 0 }
  }
}
