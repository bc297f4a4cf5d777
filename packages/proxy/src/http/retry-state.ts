import type { Random } from '@mizzen/base'
import type { Circuit } from '../cluster/circuit.ts'
import type { RetryConfig } from '../config/model.ts'

/** Whether there is a further try, and if not, why. */
export type RetryVerdict = 'retry' | 'limit' | 'overflow' | 'none'

/** How often a request has been tried, and where. Belongs to a router and is reused with it. */
export class RetryState {
  policy: RetryConfig | undefined = undefined
  /** At least one further try was made. */
  retried = false
  #left = 0
  #circuit: Circuit | null = null
  #tried: unknown[] = []

  /** A request begins. */
  open(policy: RetryConfig | undefined): void {
    this.policy = policy
    this.retried = false
    this.#left = policy?.numRetries ?? 0
    if (this.#tried.length > 0) this.#tried = []
  }

  /** Asks for one more try, which counts as one of the cluster's retries until `release`. */
  take(circuit: Circuit): RetryVerdict {
    const { policy } = this
    if (policy === undefined) return 'none'
    if (this.#left <= 0) {
      circuit.stats.upstreamRqRetryLimitExceeded += 1
      return 'limit'
    }
    // The try before holds a place of its own until it is released: that place becomes this one's.
    this.release()
    if (!circuit.admitRetry()) {
      circuit.stats.upstreamRqRetryOverflow += 1
      return 'overflow'
    }
    circuit.stats.upstreamRqRetry += 1
    this.#circuit = circuit
    this.#left -= 1
    this.retried = true
    return 'retry'
  }

  /** No further try, whatever the policy says. */
  forbid(): void {
    this.policy = undefined
  }

  /** The try that `take` allowed is over, or will not be made. */
  release(): void {
    this.#circuit?.releaseRetry()
    this.#circuit = null
  }

  /** ms to wait before the try: exponential, fully jittered, as Envoy's. More than 0. */
  delay(random: Random): number {
    const { backoff, numRetries } = this.policy as RetryConfig
    const doublings = Math.min(numRetries - this.#left - 1, 20)
    return Math.max(Number.MIN_VALUE, random() * Math.min(backoff.maxMs, backoff.baseMs * 2 ** doublings))
  }

  /** Remembers where a try went, if the policy heeds that. */
  note(endpoint: unknown): void {
    if (this.policy?.avoidPreviousHosts) this.#tried.push(endpoint)
  }

  /** Picks until the choice was not tried before, as often as the policy says. */
  pickUntried<E>(pick: () => E | null): E | null {
    let choice = pick()
    if (this.#tried.length === 0) return choice
    const attempts = (this.policy as RetryConfig).hostSelectionAttempts
    for (let tries = 1; tries < attempts && choice !== null && this.#tried.includes(choice); tries += 1) choice = pick()
    return choice
  }
}
