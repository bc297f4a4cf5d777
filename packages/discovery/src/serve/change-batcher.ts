import type { Clock, Timer } from '@mizzen/base'
import type { Change } from '@mizzen/store'

export interface BatcherOptions {
  readonly clock: Clock
  /** How long changes are gathered after one that came alone, milliseconds; default 5. */
  readonly leastMs?: number
  /** How long at most, while changes keep coming; default 200. */
  readonly mostMs?: number
  /** Called with the newest change of each object, in the order of their first, and the revision of the last. */
  readonly onBatch: (changes: readonly Change[], revision: number) => void
}

/**
 * Turns changes into batches. The first after a quiet time is passed on at once. Those that follow within the window wait for
 * its end; each window that was used makes the next twice as long, each that was not ends the burst. So one change is never
 * delayed, and many cost few translations.
 */
export class ChangeBatcher {
  readonly #options: Required<BatcherOptions>
  readonly #pending = new Map<string, Change>()
  #revision = 0
  #windowMs: number
  #timer: Timer | undefined

  constructor(options: BatcherOptions) {
    this.#options = { leastMs: 5, mostMs: 200, ...options }
    this.#windowMs = this.#options.leastMs
  }

  add(changes: readonly Change[], revision: number): void {
    for (const change of changes) this.#put(change)
    this.#revision = revision
    if (this.#timer === undefined) this.#flush()
  }

  close(): void {
    this.#timer?.cancel()
    this.#pending.clear()
  }

  /** What came and went within a batch is told as gone, which is harmless where it never was. */
  #put(change: Change): void {
    const before = this.#pending.get(change.key)
    const { statusOnly, ...rest } = change
    const onlyStatus = statusOnly === true && (before === undefined || before.statusOnly === true)
    this.#pending.set(change.key, onlyStatus ? change : rest)
  }

  #flush(): void {
    const { clock, onBatch } = this.#options
    const changes = [...this.#pending.values()]
    this.#pending.clear()
    this.#timer = clock.after(this.#windowMs, () => this.#windowEnded())
    onBatch(changes, this.#revision)
  }

  #windowEnded(): void {
    const { leastMs, mostMs } = this.#options
    this.#timer = undefined
    if (this.#pending.size === 0) {
      this.#windowMs = leastMs
      return
    }
    this.#windowMs = Math.min(this.#windowMs * 2, mostMs)
    this.#flush()
  }
}
