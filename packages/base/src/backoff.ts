/** A source of numbers in [0, 1), as `Math.random`. */
export type Random = () => number

export interface BackoffOptions {
  /** First delay, milliseconds. */
  readonly baseMs: number
  /** Longest delay, milliseconds. */
  readonly maxMs: number
}

/** Delays between tries of the same thing: exponential with full jitter, so that a crowd of clients spreads out. */
export class Backoff {
  readonly #options: BackoffOptions
  readonly #random: Random
  #tries = 0

  constructor(options: BackoffOptions, random: Random = Math.random) {
    this.#options = options
    this.#random = random
  }

  /** Milliseconds to wait before the next try: between half and all of `base * 2^tries`, at most `maxMs`. */
  next(): number {
    const ceiling = Math.min(this.#options.maxMs, this.#options.baseMs * 2 ** Math.min(this.#tries, 30))
    this.#tries += 1
    return ceiling * (0.5 + this.#random() / 2)
  }

  /** Call after a success: the next delay is `baseMs` again. */
  reset(): void {
    this.#tries = 0
  }
}
