import type { ClusterConfig } from '../config/model.ts'
import type { Exchange, TraceIds } from './exchange.ts'
import type { Headers } from './headers.ts'
import type { ResetReason } from './upstream.ts'

/** A request's part in a trace, as those see it who carry the request. Times are monotonic, ms. */
export interface ExchangeTrace extends TraceIds {
  /** The endpoint of a try is known: its request gets the context. */
  beginAttempt(exchange: Exchange, now: number): void
  /** @param ended nothing follows */
  onAttemptHead(status: number, ended: boolean, now: number): void
  onAttemptEnd(now: number): void
  onAttemptReset(reason: ResetReason): void
  onAttemptTimeout(): void
  /** Nothing more is heard of the try. @param sent its head went out */
  endAttempt(exchange: Exchange, sent: boolean, now: number): void
  /** A copy of the request goes elsewhere, with a context of its own. @returns null = nobody wants to know what becomes of it */
  beginMirror(exchange: Exchange, mirror: MirrorStart): MirrorTrace | null
  /** The response's head is complete. */
  onResponse(exchange: Exchange): void
  /** The exchange is over. */
  finish(exchange: Exchange): void
}

export interface MirrorStart {
  /** Of the copy. */
  readonly headers: Headers
  readonly cluster: ClusterConfig
  /** `host:port` of its endpoint. */
  readonly address: string
  readonly now: number
}

/** How a copy ended. */
export interface MirrorEnd {
  /** 0 = without a response. */
  readonly status: number
  readonly fields: Headers
  readonly trailers: Headers
  /** '' = it was not reset. */
  readonly reset: ResetReason | ''
  /** It was given up before its end. */
  readonly canceled: boolean
  readonly now: number
}

export interface MirrorTrace {
  end(end: MirrorEnd): void
}

/** Tracing as a connection manager has it configured. */
export interface RequestTracing {
  /** The request is routed, and no filter has seen it. */
  begin(exchange: Exchange): ExchangeTrace
}
