import type { Headers } from '../http/headers.ts'
import type { SpanContext } from './span-context.ts'

/** What a connection manager says to a tracer of each request. */
export interface TraceStart {
  /** The connection manager chose it. */
  readonly traced: boolean
  readonly operation: 'ingress' | 'egress'
  /** The proxy is a hop of its own in the trace (`spawn_upstream_span`). */
  readonly hop: boolean
}

/** A span that is complete. */
export interface Span {
  readonly context: SpanContext
  readonly name: string
  /** Wall time, ms with fractions. */
  readonly startMs: number
  readonly endMs: number
  /** In order; a name occurs once. */
  readonly tags: ReadonlyMap<string, string>
  readonly events: readonly SpanEvent[]
}

export interface SpanEvent {
  readonly name: string
  /** Wall time, ms with fractions. */
  readonly atMs: number
}

/** One implementation for each protocol that spans are told in. Shared by all requests of a configuration. */
export interface Tracer {
  /** The span of a request; null = its caller's context makes no sense, and is passed as it is. */
  start(headers: Headers, start: TraceStart): SpanContext | null
  /** The span of a try. */
  child(parent: SpanContext, start: TraceStart): SpanContext
  inject(headers: Headers, context: SpanContext): void
  /** How the span of a request is called unless configuration names it. */
  nameOf(operation: TraceStart['operation'], authority: string): string
  /** Takes a sampled span. */
  report(span: Span): void
  /** What waits is sent. Only inside an event turn. */
  flush(): void
}
