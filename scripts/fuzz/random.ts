/** Numbers that repeat for a seed. */
export class SeededRandom {
  #state: number

  /** @param seed 32 bits */
  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number in [0, limit). Mulberry32: one addition and two multiplications a number, period 2^32. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let bits = this.#state
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  oneOf<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T
  }
}
