import { isFailedSpan, type Span, spanBytes } from './span.ts'

/** Spans of one trace; what comes later is counted and left out. */
const MAX_SPANS = 1_000

/** The spans of a trace, as far as they have come. */
export class Trace {
  readonly id: string
  readonly spans: Span[] = []
  bytes = 0
  failed = false
  /** When the first and the last span came, monotonic. */
  readonly sinceMs: number
  lastMs: number
  #fromMicros = Number.POSITIVE_INFINITY
  #toMicros = 0
  #root: Span | undefined

  constructor(id: string, nowMs: number) {
    this.id = id
    this.sinceMs = nowMs
    this.lastMs = nowMs
  }

  /** From the begin of the first span to the end of the last one, microseconds. */
  get duration(): number {
    return Math.max(0, this.#toMicros - this.#fromMicros)
  }

  /** When it began, microseconds since the epoch: of the root if that is known. 0 = no span says it. */
  get timestamp(): number {
    const from = Number.isFinite(this.#fromMicros) ? this.#fromMicros : 0
    return this.#root?.parentId === undefined ? (this.#root?.timestamp ?? from) : from
  }

  /** What was asked for: service and name of its root, or of the span that began first. Traces compete within it. */
  get group(): string {
    return `${this.#root?.localEndpoint?.serviceName ?? ''}\n${this.#root?.name ?? ''}`
  }

  /** Returns the memory that the span takes; undefined = there is no room for it. Exporters may send a span twice: 0. */
  add(span: Span, nowMs: number): number | undefined {
    this.lastMs = nowMs
    if (this.spans.some((other) => isSame(other, span))) return 0
    if (this.spans.length >= MAX_SPANS) return undefined
    const bytes = spanBytes(span)
    this.spans.push(span)
    this.bytes += bytes
    this.failed ||= isFailedSpan(span)
    if (this.#root === undefined || isEarlier(span, this.#root)) this.#root = span
    if (span.timestamp !== undefined) {
      this.#fromMicros = Math.min(this.#fromMicros, span.timestamp)
      this.#toMicros = Math.max(this.#toMicros, span.timestamp + (span.duration ?? 0))
    }
    return bytes
  }
}

/** Client and server may share an id. */
function isSame(a: Span, b: Span): boolean {
  return (
    a.id === b.id &&
    a.kind === b.kind &&
    a.timestamp === b.timestamp &&
    a.duration === b.duration &&
    a.localEndpoint?.serviceName === b.localEndpoint?.serviceName
  )
}

/** A span without parent is before all that have one. */
function isEarlier(a: Span, b: Span): boolean {
  if ((a.parentId === undefined) !== (b.parentId === undefined)) return a.parentId === undefined
  return (a.timestamp ?? Number.POSITIVE_INFINITY) < (b.timestamp ?? Number.POSITIVE_INFINITY)
}
