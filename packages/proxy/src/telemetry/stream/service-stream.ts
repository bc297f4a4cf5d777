import { Backoff, type Clock, type Logger, type Random, type Timer } from '@mizzen/base'
import { GrpcStream } from '@mizzen/xds/grpc-stream'

export interface ServiceStreamOptions {
  /** `host:port`, plaintext. */
  readonly target: string
  /** `/package.Service/Method` */
  readonly path: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** There is a connection: the first message says who sends it. */
  readonly onOpen: () => void
}

const RETRY = { baseMs: 200, maxMs: 5_000 }
/** Waits for a service that does not read, before the stream is begun anew. */
const MAX_UNSENT_BYTES = 1024 * 1024
/** The service has nothing to say but that it has ended. */
const MAX_ANSWER_BYTES = 64 * 1024
/** A stream that lasted so long was a good one, ms. */
const STEADY_MS = 5_000
/** Time for what was sent last, ms. */
const FINISH_MS = 500

/** A stream of messages to a service, begun anew whenever it ends: 200 ms to 5 s between tries, with jitter. */
export class ServiceStream {
  readonly #options: ServiceStreamOptions
  readonly #backoff: Backoff
  #stream: GrpcStream | undefined
  #retry: Timer | undefined
  #isOpen = false
  #openedAt = 0
  #told = false
  #onFinished: (() => void) | undefined

  constructor(options: ServiceStreamOptions) {
    this.#options = options
    this.#backoff = new Backoff(RETRY, options.random)
    this.#connect()
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Only while it is open. */
  send(message: Uint8Array): void {
    this.#stream?.send(message)
  }

  /** Resolves when the service has taken what was sent, or after half a second. */
  async close(): Promise<void> {
    this.#retry?.cancel()
    if (this.#isOpen) await this.#finish()
    this.#isOpen = false
    this.#stream?.destroy()
    this.#stream = undefined
  }

  #finish(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(FINISH_MS, resolve)
      this.#onFinished = () => {
        timer.cancel()
        resolve()
      }
      this.#stream?.finish()
    })
  }

  #connect(): void {
    const { target, path, clock, onOpen } = this.#options
    this.#stream = new GrpcStream({
      ...{ target, path, clock, maxMessageBytes: MAX_ANSWER_BYTES, maxUnsentBytes: MAX_UNSENT_BYTES },
      onOpen: () => {
        this.#isOpen = true
        this.#openedAt = clock.monotonic()
        onOpen()
      },
      onMessage: () => {},
      onEnd: (reason) => this.#lost(reason),
    })
  }

  #lost(reason: string): void {
    const { clock, logger, target, path } = this.#options
    // One that takes connections and ends their streams at once does not work.
    if (this.#isOpen && clock.monotonic() - this.#openedAt > STEADY_MS) this.#backoff.reset()
    this.#isOpen = false
    this.#stream = undefined
    if (this.#onFinished !== undefined) {
      this.#onFinished()
      return
    }
    const level = this.#told ? 'debug' : 'info'
    this.#told = true
    logger[level]('telemetry stream ended, and is tried again', { target, path, reason })
    this.#retry = clock.after(this.#backoff.next(), () => this.#connect())
  }
}
