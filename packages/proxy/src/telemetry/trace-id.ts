import type { Headers } from '../http/headers.ts'

/** Of W3C's `traceparent`, or of B3; undefined = the request is part of no trace. */
export function traceIdOf(headers: Headers): string | undefined {
  const parent = headers.get('traceparent')
  if (parent !== undefined) return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(parent)?.[1]
  const b3 = headers.get('x-b3-traceid')
  return b3 !== undefined && /^[0-9a-f]{16,32}$/i.test(b3) ? b3 : undefined
}
