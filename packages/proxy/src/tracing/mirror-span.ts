import type { Exchange } from '../http/exchange.ts'
import type { MirrorEnd, MirrorStart, MirrorTrace } from '../http/exchange-trace.ts'
import { resetFlags } from '../http/reset-reply.ts'
import type { SpanContext } from './span-context.ts'
import { callTags } from './span-tags.ts'
import type { Tracer } from './tracer.ts'

/** The span of a copy of a request, which may outlive the request. */
export class MirrorSpan implements MirrorTrace {
  readonly #tracer: Tracer
  readonly #context: SpanContext
  readonly #start: MirrorStart
  /** From monotonic to wall time, ms. */
  readonly #toWall: number

  constructor(tracer: Tracer, context: SpanContext, start: MirrorStart, { startTimeMs, startedAt }: Exchange) {
    this.#tracer = tracer
    this.#context = context
    this.#start = start
    this.#toWall = startTimeMs - startedAt
  }

  /** As Envoy, which answers a copy that nobody takes with a 503 of its own. */
  end({ now, reset, status, ...end }: MirrorEnd): void {
    const { cluster, address, now: begun } = this.#start
    const flags = reset === '' ? 0 : resetFlags(reset)
    const answered = status === 0 && reset !== '' ? 503 : status
    this.#tracer.report({
      context: this.#context,
      name: 'mirror',
      startMs: begun + this.#toWall,
      endMs: now + this.#toWall,
      tags: callTags({
        ...{ ...end, cluster, address, flags, status: answered, retries: 0 },
        protocol: 'HTTP/1.1',
        resetReason: '',
      }),
      events: [],
    })
  }
}
