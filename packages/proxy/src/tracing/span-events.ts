import type { Exchange } from '../http/exchange.ts'
import type { SpanEvent } from './tracer.ts'

/** When bytes came and went (Envoy: `verbose`), by Envoy's names. What has not happened is not there. */
export function requestEvents(exchange: Exchange, upstreamHeadAt: number, upstreamEndAt: number): readonly SpanEvent[] {
  const { requestEndAt, upstreamStartAt, responseStartAt, endedAt } = exchange
  const isCut = Number.isNaN(upstreamEndAt) && !Number.isNaN(upstreamHeadAt)
  return happened(exchange, [
    ['last_downstream_rx_byte_received', requestEndAt],
    ['first_upstream_tx_byte_sent', upstreamStartAt],
    // What comes of a body is sent at once.
    ['last_upstream_tx_byte_sent', Math.max(upstreamStartAt, requestEndAt)],
    ['first_upstream_rx_byte_received', upstreamHeadAt],
    ['last_upstream_rx_byte_received', upstreamEndAt],
    ['first_downstream_tx_byte_sent', responseStartAt],
    ['last_downstream_tx_byte_sent', isCut || Number.isNaN(responseStartAt) ? Number.NaN : endedAt],
  ])
}

export interface AttemptTimes {
  /** The head went out. */
  readonly sent: boolean
  readonly headAt: number
  readonly endedAt: number
}

export function attemptEvents(exchange: Exchange, { sent, headAt, endedAt }: AttemptTimes): readonly SpanEvent[] {
  const sentAt = sent ? exchange.upstreamStartAt : Number.NaN
  return happened(exchange, [
    ['first_upstream_tx_byte_sent', sentAt],
    ['last_upstream_tx_byte_sent', Math.max(sentAt, exchange.requestEndAt)],
    ['first_upstream_rx_byte_received', headAt],
    ['last_upstream_rx_byte_received', endedAt],
  ])
}

/** To wall time. */
function happened(
  { startTimeMs, startedAt }: Exchange,
  events: readonly (readonly [name: string, at: number])[],
): readonly SpanEvent[] {
  return events.flatMap(([name, at]) => (Number.isNaN(at) ? [] : [{ name, atMs: startTimeMs + (at - startedAt) }]))
}
