import type { Http2Options } from '../../config/http2-options.ts'

/** CONTINUATION frames of one block, at most, as in Envoy: the largest block that can be allowed, 8 MiB, needs as many. */
const MAX_CONTINUATIONS = 512

/**
 * Counts what a peer can send for next to nothing and have us work (Envoy's limits, `http2_protocol_options`). Each
 * method says what is too much; '' = go on.
 */
export class FloodGuard {
  readonly #options: Http2Options
  #streams = 0
  #emptyFrames = 0
  #priorityFrames = 0
  #windowUpdates = 0
  #continuations = 0

  constructor(options: Http2Options) {
    this.#options = options
  }

  onStream(): void {
    this.#streams += 1
  }

  /** DATA, HEADERS or CONTINUATION came. @param empty it has no payload, and does not end its stream */
  onMessageFrame(empty: boolean): string {
    this.#emptyFrames = empty ? this.#emptyFrames + 1 : 0
    return this.#emptyFrames > this.#options.maxConsecutiveEmptyFrames
      ? 'Too many consecutive frames with an empty payload'
      : ''
  }

  onHeaders(): void {
    this.#continuations = 0
  }

  onContinuation(): string {
    this.#continuations += 1
    return this.#continuations > MAX_CONTINUATIONS ? 'Too many CONTINUATION frames' : ''
  }

  onPriority(): string {
    this.#priorityFrames += 1
    const most = this.#options.maxPriorityFramesPerStream * (1 + this.#streams)
    return this.#priorityFrames > most ? 'Too many PRIORITY frames' : ''
  }

  /** @param sent DATA frames that we have sent */
  onWindowUpdate(sent: number): string {
    this.#windowUpdates += 1
    const most = 5 + 2 * (this.#streams + this.#options.maxWindowUpdatesPerDataFrame * sent)
    return this.#windowUpdates > most ? 'Too many WINDOW_UPDATE frames' : ''
  }

  /** Before more is read: what the peer had us write and does not read. */
  checkOutput(frames: number, controlFrames: number): string {
    if (controlFrames > this.#options.maxOutboundControlFrames) return 'Too many control frames in the outbound queue.'
    return frames > this.#options.maxOutboundFrames ? 'Too many frames in the outbound queue.' : ''
  }
}
