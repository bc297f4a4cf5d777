import { promqlError } from './promql-error.ts'

/** Lets a number of queries run at once; the next ones wait in order, and one too many is refused. */
export class QuerySlots {
  readonly #waiting: (() => void)[] = []
  readonly #maxWaiting: number
  #free: number

  constructor(slots: number, maxWaiting: number) {
    this.#free = slots
    this.#maxWaiting = maxWaiting
  }

  /** Throws MizzenError `promql-timeout` where too many wait. Every query ends in time, so each gets its turn. */
  async run<Result>(query: () => Promise<Result>): Promise<Result> {
    await this.#enter()
    try {
      return await query()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }

  async #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    if (this.#waiting.length >= this.#maxWaiting) throw promqlError('promql-timeout', 'too many queries wait')
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}
