/** Requests of a connection that must have ended before it is judged (Envoy's `overload.premature_reset_total_stream_count`). */
const JUDGED_REQUESTS = 500
/** A request that was given up sooner than that, and had no answer yet, was hardly meant, ms. */
const MIN_LIFETIME_MS = 1000

/**
 * Tells whether a client opens streams only to reset them (CVE-2023-44487): more than half of the requests, once there were
 * enough, or as many as would make half of those.
 */
export class PrematureResets {
  #ended = 0
  #premature = 0

  noteEnd(): void {
    this.#ended += 1
  }

  /** @returns true if the connection should end */
  noteReset(unanswered: boolean, ageMs: number): boolean {
    if (!unanswered || ageMs > MIN_LIFETIME_MS) return false
    this.#premature += 1
    if (this.#ended < JUDGED_REQUESTS) return this.#premature >= JUDGED_REQUESTS / 2
    return this.#premature * 2 >= this.#ended
  }
}
