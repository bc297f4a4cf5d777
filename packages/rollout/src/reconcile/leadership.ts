import type { Canary } from '@mizzen/api'
import { controllerOf, stateOf } from './status.ts'

/** A controller that has told nothing for so long has ended, ms. It tells each second while a rollout goes on. */
const LEASE_MS = 10_000

/**
 * Who acts on a Canary that several controllers see: the one that signed its status last, as long as it renews it. What
 * the other's clock says does not matter: it is alive if its status moves, by the clock of the one who looks.
 */
export class Leadership {
  readonly #own: string
  #seen = ''
  #seenAt = Number.NEGATIVE_INFINITY

  /** @param own differs between controllers, and between two lives of one */
  constructor(own: string) {
    this.#own = own
  }

  /** The other controller that has it; null = this one acts. @param nowMs monotonic */
  other(canary: Canary, nowMs: number): string | null {
    const holder = controllerOf(canary)
    if (holder === null || holder === this.#own) return null
    const seen = `${holder} ${stateOf(canary)?.seenAt}`
    if (seen !== this.#seen) {
      this.#seen = seen
      this.#seenAt = nowMs
    }
    return nowMs - this.#seenAt < LEASE_MS ? holder : null
  }
}
