import { MizzenError } from '@mizzen/base'
import { CONTENT_TYPE, type Collector, protocolOf, type TraceFormat, writtenFor } from './collector.ts'
import { isSampled } from './head-sampling.ts'
import { parseExactly } from './json-numbers.ts'
import { parseJson } from './json-shape.ts'
import { readOtlpJson } from './otlp-json.ts'
import { otlpProtobuf } from './otlp-messages.ts'
import { readOtlpProtobuf } from './otlp-protobuf.ts'
import { spanOfOtlp } from './otlp-span.ts'
import { sampledOtlpJson, sampledProtobuf, sampledZipkinJson, sampledZipkinProtobuf } from './sampled-part.ts'
import type { Span } from './span.ts'
import type { TraceBatch, TraceForwarder } from './trace-forwarder.ts'
import { readZipkinJson } from './zipkin-json.ts'
import { readZipkinProtobuf } from './zipkin-protobuf.ts'

/** Spans of one request. */
const MAX_SPANS = 20_000

export interface TraceIntakeOptions {
  /** Takes every span. */
  readonly keep: (span: Span) => void
  /** Where the sampled part goes as well. */
  readonly forward?: { readonly forwarder: TraceForwarder; readonly collector: Collector; readonly rate: number }
}

/** What became of a request. */
export interface Taken {
  readonly rejected: number
  /** Why some were rejected; '' = none were. */
  readonly reason: string
}

/** Reads requests with spans, of all formats: keeps what they say, and passes the sampled part on as it came. */
export class TraceIntake {
  readonly #options: TraceIntakeOptions
  #taken = 0
  #rejected = 0

  constructor(options: TraceIntakeOptions) {
    this.#options = options
  }

  get taken(): number {
    return this.#taken
  }

  get rejected(): number {
    return this.#rejected
  }

  /** Throws MizzenError `bad-message`, `too-large`: nothing was taken then. */
  take(format: TraceFormat, body: Buffer): Taken {
    const { spans, rejected, reason } = readSpans(format, body)
    for (const span of spans) this.#options.keep(span)
    this.#taken += spans.length
    this.#rejected += rejected
    this.#forward(format, body, spans, rejected)
    return { rejected, reason }
  }

  #forward(format: TraceFormat, body: Buffer, spans: readonly Span[], rejected: number): void {
    const { forward } = this.#options
    if (forward === undefined) return
    const { forwarder, collector, rate } = forward
    const isWanted = (traceId: string) => isSampled(traceId, rate)
    const sampled = spans.filter(({ traceId }) => isWanted(traceId))
    if (sampled.length === 0) return
    const all = sampled.length === spans.length && rejected === 0
    const batch =
      protocolOf(format) === collector.speaks
        ? { format, body: all ? Buffer.from(body) : sampledPart(format, body, isWanted) }
        : writtenFor(collector, sampled)
    if (batch.body === undefined) return
    const inJson = collector.by === 'grpc' && batch.format === 'otlp-json'
    const sent = inJson
      ? { format: 'otlp-protobuf' as const, body: otlpProtobuf(parseExactly(String(batch.body))) }
      : batch
    forwarder.add({
      body: sent.body as TraceBatch['body'],
      contentType: CONTENT_TYPE[sent.format],
      spans: sampled.length,
    })
  }
}

function readSpans(format: TraceFormat, body: Buffer): { spans: readonly Span[] } & Taken {
  const spans: Span[] = []
  let rejected = 0
  for (const span of spansOf(format, body)) {
    if (span === undefined) rejected += 1
    else spans.push(span)
    checkCount(spans.length + rejected)
  }
  return { spans, rejected, reason: rejected === 0 ? '' : `${rejected} spans: ${BAD_IDS}` }
}

/** Undefined for each that is rejected; Zipkin's are refused together. */
function* spansOf(format: TraceFormat, body: Buffer): Generator<Span | undefined> {
  if (format === 'zipkin-json') yield* readZipkinJson(parseJson(body.toString('utf8')))
  else if (format === 'zipkin-protobuf') yield* readZipkinProtobuf(body)
  else {
    const read = format === 'otlp-protobuf' ? readOtlpProtobuf(body) : readOtlpJson(parseJson(body.toString('utf8')))
    for (const [given, origin] of read) yield spanOfOtlp(given, origin)
  }
}

const BAD_IDS = 'the trace id is not 16 bytes or the span id not 8, or they are zeros'

function checkCount(spans: number): void {
  if (spans > MAX_SPANS) throw new MizzenError('too-large', `more than ${MAX_SPANS} spans in one request`)
}

function sampledPart(format: TraceFormat, body: Buffer, isWanted: (traceId: string) => boolean) {
  if (format === 'otlp-protobuf') return sampledProtobuf(body, isWanted)
  if (format === 'zipkin-protobuf') return sampledZipkinProtobuf(body, isWanted)
  const text = body.toString('utf8')
  return format === 'otlp-json' ? sampledOtlpJson(text, isWanted) : sampledZipkinJson(text, isWanted)
}
