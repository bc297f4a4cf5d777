import type { Clock } from '@mizzen/base'
import type { StatusEvent } from '@mizzen/xds'

/** Revisions whose time is remembered. A proxy further behind gives no figure. */
const MAX_REVISIONS = 1_000

/** How long a change takes until a proxy has answered it. */
export class Convergence {
  readonly #clock: Clock
  /** Monotonic time of each recent revision; oldest first. */
  readonly #times = new Map<number, number>()
  readonly #answered = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The store moved to `revision`. */
  changed(revision: number): void {
    this.#times.set(revision, this.#clock.monotonic())
    const oldest = this.#times.keys().next().value
    if (this.#times.size > MAX_REVISIONS && oldest !== undefined) this.#times.delete(oldest)
  }

  /**
   * Milliseconds from the oldest change that the proxy has only now answered; undefined if it answered none, or was
   * not connected when they came (its own start is no convergence of ours).
   */
  answered({ type, status }: StatusEvent): number | undefined {
    const { node, answeredRevision } = status
    const before = this.#answered.get(node.id)
    if (type === 'disconnected') this.#answered.delete(node.id)
    else this.#answered.set(node.id, answeredRevision)
    if (before === undefined || before <= 0 || before === answeredRevision) return undefined
    for (const [revision, atMs] of this.#times) {
      if (revision > before && revision <= answeredRevision) return this.#clock.monotonic() - atMs
    }
    return undefined
  }
}
