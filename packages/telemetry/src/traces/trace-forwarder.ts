import { Backoff, type Clock, type Logger, type Random, type Timer } from '@mizzen/base'

/** A batch as it goes to the collector. */
export interface TraceBatch {
  readonly body: Uint8Array | string
  readonly contentType: string
  readonly spans: number
}

/** Sends one batch. Rejects where there was no answer. */
export type PostBatch = (batch: TraceBatch, signal: AbortSignal) => Promise<PostAnswer>

/** What the collector has made of a batch, and its words where that is not all good. */
export type PostAnswer =
  | TakenBatch
  /** To be sent again, not before that. */
  | { readonly outcome: 'later'; readonly retryAfterMs?: number | undefined; readonly said: string }
  /** Of no use to send again. */
  | { readonly outcome: 'refused'; readonly said: string }

/** But for `rejected` of its spans. */
interface TakenBatch {
  readonly outcome: 'taken'
  readonly rejected: number
  readonly said: string
}

export interface TraceForwarderOptions {
  readonly post: PostBatch
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly limits?: Partial<ForwarderLimits>
}

export interface ForwarderLimits {
  readonly bytes: number
  readonly batches: number
}

const DEFAULT_LIMITS: ForwarderLimits = { bytes: 16 * 2 ** 20, batches: 2_000 }
const AT_ONCE = 4
const TIMEOUT_MS = 10_000
/** A batch that could not be sent for so long is of no more use. */
const MAX_AGE_MS = 5 * 60_000
const RETRY = { baseMs: 500, maxMs: 30_000 }

interface Waiting {
  readonly batch: TraceBatch
  readonly bytes: number
  readonly sinceMs: number
}

/**
 * Passes batches on to a collector, four at a time, in about the order in which they came. A collector that fails is tried
 * again, later and later; what has no room meanwhile is dropped and counted.
 */
export class TraceForwarder {
  readonly #options: TraceForwarderOptions
  readonly #limits: ForwarderLimits
  readonly #backoff: Backoff
  readonly #end = new AbortController()
  #queue: Waiting[] = []
  #bytes = 0
  #running = 0
  #pause: Timer | undefined
  #sent = 0
  #dropped = 0
  #told = false

  constructor(options: TraceForwarderOptions) {
    this.#options = options
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#backoff = new Backoff(RETRY, options.random)
  }

  /** Spans that the collector took. */
  get sent(): number {
    return this.#sent
  }

  /** Spans that it never got, or did not take. */
  get dropped(): number {
    return this.#dropped
  }

  add(batch: TraceBatch): void {
    const bytes = batch.body.length
    const full = this.#queue.length >= this.#limits.batches || this.#bytes + bytes > this.#limits.bytes
    if (full || this.#end.signal.aborted) {
      this.#dropped += batch.spans
      return
    }
    this.#queue.push({ batch, bytes, sinceMs: this.#options.clock.monotonic() })
    this.#bytes += bytes
    this.#startNext()
  }

  close(): void {
    this.#pause?.cancel()
    this.#end.abort()
    for (const waiting of this.#queue) this.#drop(waiting)
    this.#queue = []
  }

  #startNext(): void {
    while (this.#running < AT_ONCE && this.#pause === undefined && !this.#end.signal.aborted) {
      const next = this.#queue.shift()
      if (next === undefined) return
      this.#running += 1
      void this.#send(next).finally(() => {
        this.#running -= 1
        this.#startNext()
      })
    }
  }

  async #send(waiting: Waiting): Promise<void> {
    const { post, clock } = this.#options
    const timeout = new AbortController()
    const timer = clock.after(TIMEOUT_MS, () => timeout.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    try {
      const answer = await post(waiting.batch, AbortSignal.any([this.#end.signal, timeout.signal]))
      if (answer.outcome === 'later') this.#failed(waiting, answer.said, answer.retryAfterMs)
      else if (answer.outcome === 'taken') this.#succeeded(waiting, answer)
      else this.#refused(waiting, answer.said)
    } catch (error) {
      this.#failed(waiting, reasonOf(timeout.signal.aborted ? timeout.signal.reason : error))
    } finally {
      timer.cancel()
    }
  }

  #succeeded({ batch, bytes }: Waiting, { rejected, said }: TakenBatch): void {
    const lost = Math.min(rejected, batch.spans)
    this.#sent += batch.spans - lost
    this.#dropped += lost
    this.#bytes -= bytes
    this.#backoff.reset()
    if (lost > 0) {
      this.#tell(`it rejected ${lost} of ${batch.spans} spans: ${said}`)
      return
    }
    if (this.#told) this.#options.logger.info('the collector of traces takes them again')
    this.#told = false
  }

  /** It would say the same of the same batch again. */
  #refused(waiting: Waiting, said: string): void {
    this.#drop(waiting)
    this.#tell(said)
  }

  #failed(waiting: Waiting, reason: string, retryAfterMs = 0): void {
    const { clock } = this.#options
    if (this.#end.signal.aborted || clock.monotonic() - waiting.sinceMs > MAX_AGE_MS) {
      this.#drop(waiting)
    } else this.#queue.unshift(waiting)
    this.#tell(reason)
    if (this.#pause !== undefined || this.#end.signal.aborted) return
    this.#pause = clock.after(Math.min(Math.max(this.#backoff.next(), retryAfterMs), MAX_AGE_MS), () => {
      this.#pause = undefined
      this.#startNext()
    })
  }

  #drop(waiting: Waiting): void {
    this.#dropped += waiting.batch.spans
    this.#bytes -= waiting.bytes
  }

  /** Once, until it works again. */
  #tell(reason: string): void {
    if (!this.#told && !this.#end.signal.aborted) {
      this.#options.logger.warn('the collector does not take traces', { reason })
    }
    this.#told = true
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}
