import type { Clock, Logger } from '@mizzen/base'

/** What fails again and again is logged so often, ms. */
const LOG_AGAIN_MS = 60_000

/** What one rollout wants to do and can't, such as to write. It is tried again at each look, and logged now and then. */
export class Trouble {
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #canary: string
  #text = ''
  #logged = ''
  #loggedAt = Number.NEGATIVE_INFINITY

  constructor(canary: string, logger: Logger, clock: Clock) {
    this.#canary = canary
    this.#logger = logger
    this.#clock = clock
  }

  /** '' = there is none. */
  get text(): string {
    return this.#text
  }

  note(text: string): void {
    this.#text = text
    const nowMs = this.#clock.monotonic()
    if (text === this.#logged && nowMs - this.#loggedAt < LOG_AGAIN_MS) return
    this.#logged = text
    this.#loggedAt = nowMs
    this.#logger.error('a rollout can not do what it should', { canary: this.#canary, problem: text })
  }

  end(): void {
    this.#text = ''
  }
}
