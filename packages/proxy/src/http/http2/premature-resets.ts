/** Requests of a connection that must have ended before it is judged (Envoy's `overload.premature_reset_total_stream_count`). */
const JUDGED_REQUESTS = 500
/**
 * A request that was given up sooner than that, and had no answer yet, was hardly meant, ms. Envoy's
 * `overload.premature_reset_min_stream_lifetime_seconds` is 1, and it compares whole seconds: 1.9 s are not more than 1.
 */
const MIN_LIFETIME_MS = 2000
/** Resets that make nobody suspected: some clients start with a few. */
const FORGIVEN = 8

/**
 * Tells whether a client opens streams only to reset them (CVE-2023-44487): more than half of the requests, once there were
 * enough, or as many as would make half of those.
 */
export class PrematureResets {
  #ended = 0
  #premature = 0

  /** It does so far, if not often enough to be cut off. */
  get suspected(): boolean {
    return this.#premature > FORGIVEN && this.#premature * 2 > this.#ended
  }

  /** A request has ended. After `noteReset`, if it was reset. */
  noteEnd(): void {
    this.#ended += 1
  }

  /** @returns true if the connection should end */
  noteReset(unanswered: boolean, ageMs: number): boolean {
    if (!unanswered || ageMs >= MIN_LIFETIME_MS) return false
    this.#premature += 1
    return this.#premature * 2 >= Math.max(JUDGED_REQUESTS, this.#ended + 1)
  }
}
