/** Envoy's Zipkin tracer: B3 propagation, and spans of Zipkin's API v2 (zipkin.io/zipkin-api). */
import type { Random } from '@mizzen/base'
import type { ZipkinConfig } from '../config/tracing-model.ts'
import type { Headers } from '../http/headers.ts'
import { extractB3, injectB3 } from './b3-headers.ts'
import { createSpanId, type SpanContext } from './span-context.ts'
import type { Span, Tracer, TraceStart } from './tracer.ts'
import { extractTraceParent, injectTraceParent } from './w3c-headers.ts'

export interface ZipkinTracerDeps {
  readonly random: Random
  /** Takes spans to the collector. */
  readonly report: (span: Span) => void
  /** See `Tracer`. */
  readonly flush: () => void
}

/** A caller's span. */
interface Previous {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string
}

export class ZipkinTracer implements Tracer {
  readonly #config: ZipkinConfig
  readonly #deps: ZipkinTracerDeps

  constructor(config: ZipkinConfig, deps: ZipkinTracerDeps) {
    this.#config = config
    this.#deps = deps
  }

  /** What the caller says about sampling holds, whatever was decided here. */
  start(headers: Headers, start: TraceStart): SpanContext | null {
    const said = extractB3(headers)
    if (said === null) return null
    const kind = this.#kind(start, false)
    const { single } = said
    if (said.traceId !== '') return this.#continue(said, kind, said.sampled ?? start.traced, single)
    const w3c = this.#config.w3c && !single ? extractTraceParent(headers) : undefined
    if (w3c) return this.#continue({ ...w3c, parentId: '' }, kind, said.sampled ?? w3c.sampled, false)
    return this.#root(kind, said.sampled ?? start.traced, single)
  }

  child(parent: SpanContext, start: TraceStart): SpanContext {
    return { ...this.#continue(parent, this.#kind(start, true), parent.sampled, parent.single), remoteParent: false }
  }

  inject(headers: Headers, context: SpanContext): void {
    injectB3(headers, context)
    if (this.#config.w3c) injectTraceParent(headers, context)
  }

  /** As Envoy: the host alone, in both directions. */
  nameOf(_operation: TraceStart['operation'], authority: string): string {
    return authority
  }

  report(span: Span): void {
    this.#deps.report(span)
  }

  flush(): void {
    this.#deps.flush()
  }

  #root(kind: SpanContext['kind'], sampled: boolean, single: boolean): SpanContext {
    const { random } = this.#deps
    const spanId = createSpanId(random)
    const traceId = this.#config.traceId128bit ? createSpanId(random) + spanId : spanId
    return { traceId, spanId, parentId: '', sampled, kind, remoteParent: false, state: '', single }
  }

  /** A server's span is the same as its client's where they share contexts, else a new one below it. */
  #continue(previous: Previous, kind: SpanContext['kind'], sampled: boolean, single: boolean): SpanContext {
    const { traceId } = previous
    const shares = kind === 'server' && this.#config.sharedSpanContext
    const ids = shares
      ? { spanId: previous.spanId, parentId: previous.parentId }
      : { spanId: createSpanId(this.#deps.random), parentId: previous.spanId }
    return { traceId, ...ids, sampled, kind, remoteParent: true, state: '', single }
  }

  /** A proxy that is a hop of its own serves the request and is the client of its tries; else its direction decides. */
  #kind({ operation, hop }: TraceStart, ofTry: boolean): SpanContext['kind'] {
    if (hop || this.#config.splitSpansForRequest) return ofTry ? 'client' : 'server'
    return operation === 'egress' ? 'client' : 'server'
  }
}
