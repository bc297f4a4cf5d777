import type { Clock } from '@mizzen/base'

import { ReadPacing } from './read-pacing.ts'

/** Something with output that waits for the end of the turn. */
export interface Flushable {
  flush(): void
}

/**
 * The handling of one event from outside (bytes came, a timer fired, configuration changed). It reads the clock once,
 * and what is written during it goes out at its end, so that a head and its body leave in one system call.
 * Turns nest: only the outermost flushes.
 */
export class EventTurn {
  /** Monotonic ms at the beginning of the turn. */
  now: number
  /** Of all that is read in these turns. */
  readonly pacing = new ReadPacing()
  readonly #clock: Clock
  /** Hears of faults that nobody waits for. */
  readonly report: (error: unknown) => void
  #depth = 0
  #waiting: Flushable[] = []
  #spare: Flushable[] = []

  constructor(clock: Clock, report: (error: unknown) => void) {
    this.#clock = clock
    this.report = report
    this.now = clock.monotonic()
  }

  begin(): void {
    if (this.#depth === 0) this.now = this.#clock.monotonic()
    this.#depth += 1
  }

  end(): void {
    if (this.#depth === 1 && this.#waiting.length > 0) this.#flush()
    this.#depth -= 1
  }

  /** Runs `action` as a turn of its own. */
  run<T>(action: () => T): T {
    this.begin()
    try {
      return action()
    } finally {
      this.end()
    }
  }

  /**
   * As `run`, for events that nobody waits for: a fault in handling one connection is reported and must not end the
   * process, and with it all others. False if there was one.
   */
  guard(action: () => void): boolean {
    this.begin()
    try {
      action()
      return true
    } catch (error) {
      this.report(error)
      return false
    } finally {
      this.end()
    }
  }

  /** `target` is flushed once at the end of the turn. Only inside a turn. */
  flushLater(target: Flushable): void {
    this.#waiting.push(target)
  }

  #flush(): void {
    // Flushing may find a broken connection, whose handling writes elsewhere: until nothing waits any more.
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = this.#spare
      for (const target of batch) target.flush()
      batch.length = 0
      this.#spare = batch
    }
  }
}
