/** A pending call; `cancel` after it ran, or twice, does nothing. */
export interface Timer {
  cancel(): void
}

/** Time as an argument, so that what depends on it can be tested by script. */
export interface Clock {
  /** Wall time, milliseconds since the epoch. For people and protocols; it may jump. */
  now(): number
  /** Milliseconds since an arbitrary start; never goes back. For durations and deadlines. */
  monotonic(): number
  /** Runs `action` once after `delayMs` (at least 0). A pending timer keeps the process alive, as Node's own do. */
  after(delayMs: number, action: () => void): Timer
}

/** The real one. A timer keeps the process alive until it has fired or is cancelled. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, action) {
    const handle = setTimeout(action, Math.max(0, delayMs))
    return { cancel: () => clearTimeout(handle) }
  },
}

/** A clock that stands still until `advance` moves it; timers fire in order of their time, then of their creation. */
export class ManualClock implements Clock {
  #elapsedMs = 0
  readonly #epochMs: number
  readonly #timers: { atMs: number; action: () => void }[] = []

  /** @param epochMs wall time at the start. */
  constructor(epochMs = 0) {
    this.#epochMs = epochMs
  }

  now(): number {
    return this.#epochMs + this.#elapsedMs
  }

  monotonic(): number {
    return this.#elapsedMs
  }

  after(delayMs: number, action: () => void): Timer {
    const timer = { atMs: this.#elapsedMs + Math.max(0, delayMs), action }
    const index = this.#timers.findIndex((other) => other.atMs > timer.atMs)
    this.#timers.splice(index === -1 ? this.#timers.length : index, 0, timer)
    return {
      cancel: () => {
        const at = this.#timers.indexOf(timer)
        if (at !== -1) this.#timers.splice(at, 1)
      },
    }
  }

  /** Moves time on by `ms` and runs what falls due, including timers that those actions start. */
  advance(ms: number): void {
    const untilMs = this.#elapsedMs + ms
    for (let next = this.#timers[0]; next !== undefined && next.atMs <= untilMs; next = this.#timers[0]) {
      this.#timers.shift()
      this.#elapsedMs = next.atMs
      next.action()
    }
    this.#elapsedMs = untilMs
  }
}

/** Resolves after `ms`. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve)
  })
}
