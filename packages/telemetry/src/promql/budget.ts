import type { Clock } from '@mizzen/base'
import { promqlError } from './promql-error.ts'

export interface PromqlLimits {
  /** Samples that a query may load and make, together. */
  readonly maxSamples: number
  /** Samples of an answer. */
  readonly maxAnswer: number
  /** Longest evaluation, milliseconds. */
  readonly timeoutMs: number
}

/** As long as an evaluation holds up everything else. */
const SLICE_MS = 10

/** What a query may cost, and when it lets others go on. */
export class Budget {
  readonly #clock: Clock
  readonly #limits: PromqlLimits
  readonly #signal: AbortSignal | undefined
  readonly #timeoutMs: number
  readonly #deadlineMs: number
  #sliceEndMs: number
  #samples = 0
  #answer = 0

  constructor(clock: Clock, limits: PromqlLimits, { timeoutMs, signal }: { timeoutMs?: number; signal?: AbortSignal }) {
    this.#clock = clock
    this.#limits = limits
    this.#signal = signal
    this.#timeoutMs = Math.min(limits.timeoutMs, timeoutMs ?? limits.timeoutMs)
    this.#deadlineMs = clock.monotonic() + this.#timeoutMs
    this.#sliceEndMs = clock.monotonic() + SLICE_MS
  }

  spend(samples: number): void {
    this.#samples += samples
    if (this.#samples <= this.#limits.maxSamples) return
    throw promqlError(
      'promql-too-large',
      `query processing would load too many samples into memory in query execution (more than ${this.#limits.maxSamples})`,
    )
  }

  /** Counts what becomes a part of the answer. */
  give(samples: number): void {
    this.#answer += samples
    if (this.#answer <= this.#limits.maxAnswer) return
    throw promqlError(
      'promql-too-large',
      `the answer would have too many samples (more than ${this.#limits.maxAnswer}): ask for fewer series or a larger step`,
    )
  }

  async pause(): Promise<void> {
    const nowMs = this.#clock.monotonic()
    if (nowMs > this.#deadlineMs) {
      throw promqlError('promql-timeout', `query timed out in expression evaluation (after ${this.#timeoutMs} ms)`)
    }
    if (this.#signal?.aborted) throw promqlError('promql-timeout', 'query was canceled in expression evaluation')
    if (nowMs < this.#sliceEndMs) return
    await new Promise((resolve) => setImmediate(resolve))
    this.#sliceEndMs = this.#clock.monotonic() + SLICE_MS
  }
}
