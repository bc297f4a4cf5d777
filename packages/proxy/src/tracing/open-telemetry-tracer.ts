/** Envoy's OpenTelemetry tracer: W3C propagation, and the sampling decisions of the configured sampler. */
import type { Random } from '@mizzen/base'
import type { SamplerConfig } from '../config/tracing-model.ts'
import type { Headers } from '../http/headers.ts'
import { createSpanId, type SpanContext } from './span-context.ts'
import type { Span, Tracer, TraceStart } from './tracer.ts'
import { extractTraceParent, injectTraceParent, injectTraceState, type TraceParent } from './w3c-headers.ts'

export interface OpenTelemetryTracerDeps {
  readonly random: Random
  /** Takes spans to the collector. */
  readonly report: (span: Span) => void
  /** See `Tracer`. */
  readonly flush: () => void
}

export class OpenTelemetryTracer implements Tracer {
  readonly #sampler: SamplerConfig | undefined
  readonly #deps: OpenTelemetryTracerDeps

  /** @param sampler undefined = a parent's decision holds */
  constructor(sampler: SamplerConfig | undefined, deps: OpenTelemetryTracerDeps) {
    this.#sampler = sampler
    this.#deps = deps
  }

  /** What was not chosen here is not sampled, whatever the caller says. */
  start(headers: Headers, { traced, operation, hop }: TraceStart): SpanContext | null {
    const parent = extractTraceParent(headers)
    if (parent === null) return null
    const { random } = this.#deps
    return {
      traceId: parent?.traceId ?? createSpanId(random) + createSpanId(random),
      spanId: createSpanId(random),
      parentId: parent?.spanId ?? '',
      sampled: traced && samples(this.#sampler, parent),
      kind: hop || operation === 'ingress' ? 'server' : 'client',
      remoteParent: parent !== undefined,
      state: parent?.state ?? '',
      single: false,
    }
  }

  child(parent: SpanContext): SpanContext {
    const spanId = createSpanId(this.#deps.random)
    return { ...parent, spanId, parentId: parent.spanId, kind: 'client', remoteParent: false }
  }

  inject(headers: Headers, context: SpanContext): void {
    injectTraceParent(headers, context)
    injectTraceState(headers, context)
  }

  nameOf(operation: TraceStart['operation'], authority: string): string {
    return operation === 'egress' ? `egress ${authority}` : 'ingress'
  }

  report(span: Span): void {
    this.#deps.report(span)
  }

  flush(): void {
    this.#deps.flush()
  }
}

function samples(sampler: SamplerConfig | undefined, parent: TraceParent | undefined): boolean {
  if (sampler === undefined) return parent?.sampled ?? true
  if (sampler.kind === 'always-on') return true
  return parent?.sampled ?? samples(sampler.root, parent)
}
