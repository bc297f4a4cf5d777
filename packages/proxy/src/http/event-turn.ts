import type { Clock } from '@mizzen/base'

import { ReadPacing } from './read-pacing.ts'

/** Something with output that waits for the end of the turn. */
export interface Flushable {
  flush(): void
}

/** Runs an action when all events that are ready now have been handled (`setImmediate`). */
type Defer = (action: () => void) => void

/** Outputs that wait at most. With more, the first of a crowd would wait for the last one. */
const MAX_WAITING = 64

/**
 * The handling of one event from outside (bytes came, a timer fired, configuration changed). It reads the clock once.
 * Turns nest: only the outermost counts.
 *
 * The trick: what is written during a turn goes out behind all events that are ready now. A head and its body leave in one
 * system call, and so do answers to several streams of a connection. And writes follow closely upon one another: a peer that
 * is still busy with one need not be woken for the next. Waking is dear, and the kernel often runs who was woken at once, in
 * our place. Under load that is a fifth of the CPU per request.
 */
export class EventTurn {
  /** Monotonic ms at the beginning of the turn. */
  now: number
  /** Of all that is read in these turns. */
  readonly pacing = new ReadPacing()
  readonly #clock: Clock
  /** Hears of faults that nobody waits for. */
  readonly report: (error: unknown) => void
  /** Differs in each outermost turn, and between two. */
  serial = 0
  readonly #defer: Defer | undefined
  readonly #onDeferred = () => this.#flushDeferred()
  #depth = 0
  #deferred = false
  #waiting: Flushable[] = []
  #spare: Flushable[] = []

  /** @param defer without it, output goes out at the end of its turn */
  constructor(clock: Clock, report: (error: unknown) => void, defer?: Defer) {
    this.#clock = clock
    this.report = report
    this.#defer = defer
    this.now = clock.monotonic()
  }

  begin(): void {
    if (this.#depth === 0) {
      this.now = this.#clock.monotonic()
      this.serial += 1
    }
    this.#depth += 1
  }

  end(): void {
    if (this.#depth === 1) {
      if (this.#waiting.length > 0) this.#settle()
      this.serial += 1
    }
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

  /** `target` is flushed once, in this turn or a later one. Only inside a turn. */
  flushLater(target: Flushable): void {
    this.#waiting.push(target)
  }

  #settle(): void {
    if (this.#defer === undefined || this.#waiting.length >= MAX_WAITING) this.#flush()
    else if (!this.#deferred) {
      this.#deferred = true
      this.#defer(this.#onDeferred)
    }
  }

  #flushDeferred(): void {
    this.#deferred = false
    this.begin()
    this.#flush()
    this.end()
  }

  #flush(): void {
    // Flushing may find a broken connection, whose handling writes elsewhere: until nothing waits any more.
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = this.#spare
      for (const target of batch) this.#flushOne(target)
      batch.length = 0
      this.#spare = batch
    }
  }

  /** A fault in one keeps nothing back of the others. */
  #flushOne(target: Flushable): void {
    try {
      target.flush()
    } catch (error) {
      this.report(error)
    }
  }
}
