/** Failures a second that are logged at most: what fails all the time is told well enough by so many. */
const FAILURES_PER_SECOND = 500

/**
 * Decides what is logged: failures first, and of the rest an even sample of about as many a second as wanted. The share of
 * the sample follows the rate of the second before.
 */
export class LogSampling {
  readonly #successesPerSecond: number
  #second = 0
  #failures = 0
  #successes = 0
  #taken = 0
  /** Every so manieth success is taken. */
  #stride = 1

  /** @param successesPerSecond Infinity = all */
  constructor(successesPerSecond: number) {
    this.#successesPerSecond = successesPerSecond
  }

  /** The share of its kind that is logged, above 0 and up to 1; 0 = it is not. @param nowMs monotonic */
  rate(failed: boolean, nowMs: number): number {
    const second = Math.floor(nowMs / 1_000)
    if (second !== this.#second) this.#begin(second)
    if (failed) {
      this.#failures += 1
      return this.#failures <= FAILURES_PER_SECOND ? 1 : 0
    }
    this.#successes += 1
    if (this.#successes % this.#stride !== 0 || this.#taken >= this.#successesPerSecond) return 0
    this.#taken += 1
    return 1 / this.#stride
  }

  #begin(second: number): void {
    const seconds = this.#second === 0 ? 1 : second - this.#second
    const perSecond = this.#successes / seconds
    this.#stride = Math.max(1, Math.ceil(perSecond / this.#successesPerSecond))
    this.#second = second
    this.#failures = this.#successes = this.#taken = 0
  }
}
