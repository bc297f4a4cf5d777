import type { Random } from '@mizzen/base'
import type { Http2Keepalive } from '../../config/http2-options.ts'
import type { Deadline, DeadlineWheel } from '../deadline-wheel.ts'

/** Asks the peer from time to time whether it is there (`connection_keepalive`), by PING. One for a connection. */
export class KeepAlive {
  readonly #options: Http2Keepalive
  readonly #random: Random
  readonly #ping: () => void
  readonly #interval: Deadline
  readonly #answer: Deadline

  /** @param ping sends one; @param onSilence no answer came in time */
  constructor(options: Http2Keepalive, wheel: DeadlineWheel, random: Random, ping: () => void, onSilence: () => void) {
    this.#options = options
    this.#random = random
    this.#ping = ping
    this.#interval = wheel.deadline(() => this.#ask())
    this.#answer = wheel.deadline(onSilence)
    this.#schedule()
  }

  onPong(): void {
    this.#answer.cancel()
    this.#schedule()
  }

  /** A stream was opened after the connection had none for `idleMs`. */
  onStreamAfterIdle(idleMs: number): void {
    const { idleIntervalMs } = this.#options
    if (idleIntervalMs > 0 && idleMs >= idleIntervalMs && !this.#answer.armed) this.#ask()
  }

  close(): void {
    this.#interval.cancel()
    this.#answer.cancel()
  }

  #ask(): void {
    this.#ping()
    this.#answer.arm(this.#options.timeoutMs)
  }

  #schedule(): void {
    const { intervalMs, jitterPercent } = this.#options
    if (intervalMs > 0) this.#interval.arm(intervalMs * (1 + (jitterPercent / 100) * this.#random()))
  }
}
