import type { Clock } from '@mizzen/base'

/** Restarts within `WINDOW_MS`; what dies more often than that is not helped by another one. */
const MAX_RESTARTS = 5
const WINDOW_MS = 60_000

/** How often something that dies may be started again. */
export class RestartBudget {
  readonly #clock: Clock
  #recent: readonly number[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** False = too often. */
  take(): boolean {
    const now = this.#clock.monotonic()
    this.#recent = [...this.#recent.filter((at) => now - at < WINDOW_MS), now]
    return this.#recent.length <= MAX_RESTARTS
  }
}
