import type { Random } from '@mizzen/base'
import type { Fraction } from '../config/model.ts'
import type { RequestIdConfig, SamplingConfig } from '../config/tracing-model.ts'
import type { Exchange } from '../http/exchange.ts'
import { hits } from '../http/fraction.ts'
import { requestIdNumber, type TraceReason, traceReasonOf, withTraceReason } from '../http/trace-reason.ts'

/**
 * Whether a request is traced, and why (Envoy: ConnectionManagerUtility::mutateTracingRequestHeader): as a proxy before
 * has decided, or because somebody asks for it, or by chance, which the request id decides. Writes the decision into the
 * request id.
 */
export function decideTrace(
  exchange: Exchange,
  sampling: SamplingConfig,
  ids: RequestIdConfig,
  random: Random,
): TraceReason {
  if (!ids.useForTraceSampling) return 'sampled'
  const { requestId, requestHeaders } = exchange
  const number = requestIdNumber(requestId)
  if (number === undefined) return 'none'
  const chance = number % 10_000
  const before = ids.packTraceReason ? traceReasonOf(requestId) : 'none'
  let reason = before
  if (reason === 'none') {
    if (requestHeaders.has('x-client-trace-id') && hits(sampling.clientSampling, random)) reason = 'client'
    else if (requestHeaders.has('x-envoy-force-trace')) reason = 'forced'
    else if (falls(sampling.randomSampling, chance)) reason = 'sampled'
  }
  if (reason !== 'none' && !falls(sampling.overallSampling, chance)) reason = 'none'
  if (reason !== before && ids.packTraceReason) {
    exchange.requestId = withTraceReason(requestId, reason)
    requestHeaders.set('x-request-id', exchange.requestId)
  }
  return reason
}

/** As Envoy: parts of a million are of the chance's ten thousand. */
function falls({ numerator, denominator }: Fraction, chance: number): boolean {
  return chance % denominator < numerator
}
