import { type Exchange, ResponseFlag } from '../http/exchange.ts'
import type { Headers } from '../http/headers.ts'
import { resetFlags } from '../http/reset-reply.ts'
import type { ResetReason } from '../http/upstream.ts'
import type { CustomTag } from './custom-tags.ts'
import type { SpanContext } from './span-context.ts'
import { attemptEvents } from './span-events.ts'
import { callTags, setCustomTags } from './span-tags.ts'
import type { Span } from './tracer.ts'

/** An exchange, with the fields of a response that nobody is shown, because the request is tried again. */
type Tried = Exchange & { readonly responseFields?: Headers }

/** The span of one try, until it ends. Times are monotonic, ms. */
export class AttemptSpan {
  readonly #context: SpanContext
  readonly #name: string
  readonly #startedAt: number
  readonly #retries: number
  #status = 0
  #headAt = Number.NaN
  #endedAt = Number.NaN
  #resetReason = ''
  #flags = 0

  constructor(context: SpanContext, { cluster, upstreamAttempts }: Exchange, now: number) {
    this.#context = context
    this.#name = `router ${cluster?.altStatName || cluster?.name} egress`
    this.#startedAt = now
    this.#retries = upstreamAttempts - 1
  }

  onHead(status: number, ended: boolean, now: number): void {
    this.#status = status
    this.#headAt = now
    if (ended) this.#endedAt = now
  }

  onEnd(now: number): void {
    this.#endedAt = now
  }

  onReset(reason: ResetReason): void {
    this.#resetReason = reason
    this.#flags = resetFlags(reason)
  }

  onTimeout(): void {
    this.#flags |= ResponseFlag.UT
  }

  /** @param sent its head went out */
  finish(
    exchange: Tried,
    sent: boolean,
    now: number,
    { verbose, customTags }: { readonly verbose: boolean; readonly customTags: readonly CustomTag[] },
  ): Span {
    const toWall = exchange.startTimeMs - exchange.startedAt
    const tags = callTags({
      cluster: exchange.cluster,
      address: exchange.upstreamHost,
      protocol: sent ? exchange.upstreamProtocol : '',
      status: this.#status,
      flags: this.#flags,
      retries: this.#retries,
      resetReason: this.#resetReason,
      canceled: this.#resetReason === '' && Number.isNaN(this.#endedAt),
      fields: exchange.responseHeaders ?? exchange.responseFields ?? null,
      trailers: exchange.responseTrailers,
    })
    setCustomTags(tags, exchange, customTags)
    return {
      context: this.#context,
      name: this.#name,
      startMs: this.#startedAt + toWall,
      endMs: now + toWall,
      tags,
      events: verbose ? attemptEvents(exchange, { sent, headAt: this.#headAt, endedAt: this.#endedAt }) : [],
    }
  }
}
