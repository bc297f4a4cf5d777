import { MizzenError } from '@mizzen/base'

/** Writes that may wait; more would mean that the disk doesn't keep up. */
const MAX_WAITING = 10_000

/** Runs one action after another. */
export class WriteQueue {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** Resolves or fails as the action does. Fails with MizzenError `unavailable` if too many wait. */
  async run<Value>(action: () => Promise<Value>): Promise<Value> {
    if (this.#waiting >= MAX_WAITING) throw new MizzenError('unavailable', 'too many writes are waiting')
    this.#waiting += 1
    const turn = this.#last.then(action).finally(() => {
      this.#waiting -= 1
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  /** Resolves when all that waits is done. */
  async idle(): Promise<void> {
    await this.#last
  }
}
