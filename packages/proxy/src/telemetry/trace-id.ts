import type { Exchange } from '../http/exchange.ts'

/**
 * The trace that a request is part of: as it is traced here, or else of W3C's `traceparent` or of B3; undefined = none, or
 * one whose spans nobody keeps.
 */
export function traceIdOf({ trace, requestHeaders }: Exchange): string | undefined {
  if (trace !== null) return trace.sampled ? trace.traceId : undefined
  const parent = requestHeaders.get('traceparent')
  if (parent !== undefined) return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(parent)?.[1]
  const b3 = requestHeaders.get('x-b3-traceid')
  return b3 !== undefined && /^[0-9a-f]{16,32}$/i.test(b3) ? b3 : undefined
}
