import type { Clock, Timer } from '@mizzen/base'

export interface AdmissionOptions {
  readonly clock: Clock
  /** How many may be in at once. */
  readonly limit: number
  /** How long one may stay in, milliseconds: whoever takes longer is slow by itself, and keeps nobody else out. */
  readonly patienceMs: number
}

interface Place {
  readonly start: () => void
  timer: Timer | undefined
}

/**
 * Lets a few in at a time, in the order in which they came. After a network failure all proxies of a mesh come back at once:
 * so the first of them are served while the last wait, instead of all being half served, and what is on its way to them
 * takes bounded memory. (Istio: PILOT_PUSH_THROTTLE.)
 */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #waiting = new Set<Place>()
  readonly #inside = new Set<Place>()

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  /**
   * Calls `start` when there is room, now or later.
   * @returns the call that makes room again, or ends the wait; more calls do nothing
   */
  enter(start: () => void): () => void {
    const place: Place = { start, timer: undefined }
    this.#waiting.add(place)
    this.#admit()
    return () => this.#leave(place)
  }

  #admit(): void {
    const { clock, limit, patienceMs } = this.#options
    while (this.#inside.size < limit) {
      const [place] = this.#waiting
      if (place === undefined) return
      this.#waiting.delete(place)
      this.#inside.add(place)
      place.timer = clock.after(patienceMs, () => this.#leave(place))
      place.start()
    }
  }

  #leave(place: Place): void {
    place.timer?.cancel()
    this.#waiting.delete(place)
    if (this.#inside.delete(place)) this.#admit()
  }
}
