import type { Exchange } from '../http/exchange.ts'
import type { ExchangeTrace, MirrorStart, MirrorTrace } from '../http/exchange-trace.ts'
import type { ResetReason } from '../http/upstream.ts'
import { AttemptSpan } from './attempt-span.ts'
import type { CustomTag } from './custom-tags.ts'
import { MirrorSpan } from './mirror-span.ts'
import type { SpanContext } from './span-context.ts'
import { requestEvents } from './span-events.ts'
import { requestTags, type TracedNode } from './span-tags.ts'
import type { Span, Tracer, TraceStart } from './tracer.ts'

/** What the traces of a connection manager (and a route) share. */
export interface TraceSettings {
  readonly node: TracedNode
  readonly maxPathTagLength: number
  readonly verbose: boolean
  /** Each try has a span of its own. */
  readonly spansOfTries: boolean
  readonly customTags: readonly CustomTag[]
}

const CLIENT: TraceStart = { traced: true, operation: 'egress', hop: false }
const DECORATOR = 'x-envoy-decorator-operation'

/** One request's part in a trace: its span, and those of its tries. Without a sample it only hands on what callees must know. */
export class RequestTrace implements ExchangeTrace {
  readonly #settings: TraceSettings
  readonly #tracer: Tracer | null
  readonly #start: TraceStart
  /** null = there is no tracer, or the caller's context makes no sense. */
  readonly #context: SpanContext | null
  #name: string
  /** What the other side of the call is told; '' = nothing. */
  #told: string
  #attempt: AttemptSpan | null = null
  /** When the response of the last try began and ended; NaN = it has not. */
  #upstreamHeadAt = Number.NaN
  #upstreamEndAt = Number.NaN

  constructor(
    settings: TraceSettings,
    tracer: Tracer | null,
    start: TraceStart,
    context: SpanContext | null,
    exchange: Exchange,
  ) {
    this.#settings = settings
    this.#tracer = tracer
    this.#start = start
    this.#context = context
    const decorator = exchange.route?.decorator
    this.#name = decorator?.operation || (tracer?.nameOf(start.operation, exchange.authority) ?? '')
    this.#told = decorator?.propagate === true ? decorator.operation : ''
    if (start.operation === 'egress') this.#tellCallee(exchange)
    else this.#hearCaller(exchange)
  }

  get traceId(): string {
    return this.#context?.traceId ?? ''
  }

  get sampled(): boolean {
    return this.#context?.sampled === true
  }

  get spanId(): string {
    return this.#context?.spanId ?? ''
  }

  beginAttempt(exchange: Exchange, now: number): void {
    const context = this.#context
    if (context === null || this.#tracer === null) return
    this.#upstreamHeadAt = this.#upstreamEndAt = Number.NaN
    if (!this.#settings.spansOfTries) {
      this.#tracer.inject(exchange.requestHeaders, context)
      return
    }
    const child = this.#tracer.child(context, this.#start)
    this.#tracer.inject(exchange.requestHeaders, child)
    if (child.sampled) this.#attempt = new AttemptSpan(child, exchange, now)
  }

  onAttemptHead(status: number, ended: boolean, now: number): void {
    this.#upstreamHeadAt = now
    if (ended) this.#upstreamEndAt = now
    this.#attempt?.onHead(status, ended, now)
  }

  onAttemptEnd(now: number): void {
    this.#upstreamEndAt = now
    this.#attempt?.onEnd(now)
  }

  onAttemptReset(reason: ResetReason): void {
    this.#attempt?.onReset(reason)
  }

  onAttemptTimeout(): void {
    this.#attempt?.onTimeout()
  }

  endAttempt(exchange: Exchange, sent: boolean, now: number): void {
    const attempt = this.#attempt
    if (attempt === null) return
    this.#attempt = null
    this.#tracer?.report(attempt.finish(exchange, sent, now, this.#settings))
  }

  beginMirror(exchange: Exchange, start: MirrorStart): MirrorTrace | null {
    const context = this.#context
    if (context === null || this.#tracer === null) return null
    // As Envoy: calls of our own are those of a client, whichever way the request goes.
    const child = this.#tracer.child(context, CLIENT)
    this.#tracer.inject(start.headers, child)
    return child.sampled ? new MirrorSpan(this.#tracer, child, start, exchange) : null
  }

  onResponse({ responseHeaders }: Exchange): void {
    if (responseHeaders === null) return
    if (this.#start.operation === 'ingress') {
      if (this.#told !== '') responseHeaders.set(DECORATOR, this.#told)
      return
    }
    const said = responseHeaders.get(DECORATOR)
    if (said === undefined) return
    if (said !== '') this.#name = said
    responseHeaders.remove(DECORATOR)
  }

  finish(exchange: Exchange): void {
    if (this.#context?.sampled === true) this.#tracer?.report(this.#span(this.#context, exchange))
  }

  #span(context: SpanContext, exchange: Exchange): Span {
    const { node, maxPathTagLength, verbose, customTags } = this.#settings
    const { startTimeMs, startedAt, endedAt } = exchange
    return {
      context,
      name: this.#name,
      startMs: startTimeMs,
      endMs: startTimeMs + (endedAt - startedAt),
      tags: requestTags(exchange, node, maxPathTagLength, customTags),
      events: verbose ? requestEvents(exchange, this.#upstreamHeadAt, this.#upstreamEndAt) : [],
    }
  }

  /** The server's span gets the name that the route has here. */
  #tellCallee({ requestHeaders }: Exchange): void {
    if (this.#told !== '') requestHeaders.set(DECORATOR, this.#told)
  }

  /** The caller's route has named it: that name comes before ours, and is not for the application. */
  #hearCaller({ requestHeaders }: Exchange): void {
    const said = requestHeaders.get(DECORATOR)
    if (said === undefined) return
    requestHeaders.remove(DECORATOR)
    if (said === '') return
    this.#name = said
    this.#told = ''
  }
}
