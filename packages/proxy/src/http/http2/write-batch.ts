import type { EventTurn, Flushable } from '../event-turn.ts'

/** Runs an action when all events that are ready now have been handled (`setImmediate`). */
export type Defer = (action: () => void) => void

/**
 * Output that may wait until all events that are ready now have been handled. What answers many streams of a connection
 * comes from many sockets, in one turn each, and yet leaves in one write. It costs a stream that is alone some time for
 * nothing, so only connections with several open streams use it.
 */
export class WriteBatch {
  readonly #turn: EventTurn
  readonly #defer: Defer
  #waiting: Flushable[] = []
  #scheduled = false
  readonly #run = () => this.#flush()

  constructor(turn: EventTurn, defer: Defer = setImmediate) {
    this.#turn = turn
    this.#defer = defer
  }

  /** `target` is flushed once. */
  add(target: Flushable): void {
    this.#waiting.push(target)
    if (this.#scheduled) return
    this.#scheduled = true
    this.#defer(this.#run)
  }

  #flush(): void {
    this.#scheduled = false
    const waiting = this.#waiting
    this.#waiting = []
    this.#turn.begin()
    for (const target of waiting) this.#turn.guard(() => target.flush())
    this.#turn.end()
  }
}
