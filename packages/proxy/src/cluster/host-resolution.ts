import type { Logger, Random } from '@mizzen/base'
import { Backoff, formatError } from '@mizzen/base'
import type { DnsConfig, DnsFamily } from '../config/model.ts'
import type { Deadline, DeadlineWheel } from '../http/deadline-wheel.ts'
import type { EventTurn } from '../http/event-turn.ts'

export interface DnsAnswer {
  /** In the order of the answer; empty = the name has none. */
  readonly addresses: readonly string[]
  /** How long they hold, ms; undefined = the answer does not say. */
  readonly ttlMs?: number
}

/**
 * The addresses of a host name. Rejects if that could not be found out.
 * @param wantTtl the answer's time to live is needed
 */
export type Resolve = (host: string, family: DnsFamily, wantTtl: boolean) => Promise<DnsAnswer>

export interface ResolutionDeps {
  readonly resolve: Resolve
  readonly turn: EventTurn
  readonly wheel: DeadlineWheel
  readonly logger: Logger
  readonly random: Random
}

export interface ResolutionLimits {
  /** A question without an answer has failed after that, ms; 0 = never. */
  readonly queryTimeoutMs: number
  /** Answers that hold for a shorter time are asked for again after that, ms. */
  readonly minRefreshMs: number
}

const LIMITS: ResolutionLimits = { queryTimeoutMs: 10_000, minRefreshMs: 1_000 }

/** Asks for the addresses of one host name, again and again. */
export class HostResolution {
  readonly host: string
  readonly #deps: ResolutionDeps
  readonly #config: DnsConfig
  readonly #answered: (addresses: readonly string[] | null) => void
  readonly #timer: Deadline
  readonly #failures: Backoff
  readonly #limits: ResolutionLimits
  #stopped = false
  #asking = false
  /** Counts questions, so that an answer that came too late is dropped. */
  #question = 0

  /** @param answered hears of each answer in a turn of its own; null = it failed */
  constructor(
    host: string,
    config: DnsConfig,
    deps: ResolutionDeps,
    answered: (addresses: readonly string[] | null) => void,
    limits = LIMITS,
  ) {
    this.host = host
    this.#config = config
    this.#deps = deps
    this.#answered = answered
    this.#limits = limits
    this.#failures = new Backoff(config.failureRefresh, deps.random)
    this.#timer = deps.wheel.deadline(() => this.#onTimer())
  }

  /** Asks, and goes on asking until `stop`. */
  start(): void {
    void this.#ask()
  }

  stop(): void {
    this.#stopped = true
    this.#timer.cancel()
  }

  #onTimer(): void {
    if (this.#asking) this.#settle(null, new Error('no answer in time'))
    else void this.#ask()
  }

  async #ask(): Promise<void> {
    const { resolve, turn } = this.#deps
    const { family, respectTtl } = this.#config
    const question = (this.#question += 1)
    this.#asking = true
    turn.run(() => this.#timer.arm(this.#limits.queryTimeoutMs))
    let answer: DnsAnswer | null = null
    let reason: unknown
    try {
      answer = await resolve(this.host, family, respectTtl)
    } catch (error) {
      reason = error
    }
    if (this.#stopped || question !== this.#question || !this.#asking) return
    turn.guard(() => this.#settle(answer, reason))
  }

  #settle(answer: DnsAnswer | null, reason: unknown): void {
    this.#asking = false
    this.#timer.arm(this.#nextMs(answer))
    if (answer === null) {
      this.#deps.logger.warn('host name cannot be resolved', { host: this.host, error: formatError(reason) })
    } else this.#failures.reset()
    this.#answered(answer === null ? null : answer.addresses)
  }

  #nextMs(answer: DnsAnswer | null): number {
    if (answer === null) return Math.max(1, this.#failures.next())
    const { respectTtl, refreshMs } = this.#config
    if (!respectTtl || answer.ttlMs === undefined || answer.addresses.length === 0) return refreshMs
    return Math.max(this.#limits.minRefreshMs, answer.ttlMs)
  }
}
