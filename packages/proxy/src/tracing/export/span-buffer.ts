import type { Deadline, DeadlineWheel } from '../../http/deadline-wheel.ts'
import type { Span } from '../tracer.ts'

export interface SpanBufferOptions {
  readonly wheel: DeadlineWheel
  /** Sent when so many wait. */
  readonly minSpans: number
  /** The longest wait of a span, ms. */
  readonly intervalMs: number
  /** Further ones are dropped. */
  readonly maxSpans: number
  readonly onFlush: (spans: readonly Span[]) => void
  readonly onTimer: () => void
}

/** Spans that wait to be told together. */
export class SpanBuffer {
  readonly #options: SpanBufferOptions
  readonly #timer: Deadline
  #spans: Span[] = []

  constructor(options: SpanBufferOptions) {
    this.#options = options
    this.#timer = options.wheel.deadline(() => {
      options.onTimer()
      this.flush()
    })
  }

  /** False if there is no room. Only inside an event turn. */
  add(span: Span): boolean {
    const { minSpans, maxSpans, intervalMs } = this.#options
    if (this.#spans.length >= maxSpans) return false
    this.#spans.push(span)
    if (this.#spans.length >= minSpans) this.flush()
    else if (this.#spans.length === 1) this.#timer.arm(intervalMs)
    return true
  }

  /** Sends what waits. Only inside an event turn. */
  flush(): void {
    this.#timer.cancel()
    const spans = this.#spans
    this.#spans = []
    if (spans.length > 0) this.#options.onFlush(spans)
  }
}
