/** The decision about a trace in a request id: a digit of the UUID (Envoy: UuidRequestIdConfig). */

/** Why a request is traced; `none` = it is not. */
export type TraceReason = 'sampled' | 'forced' | 'client' | 'none'

/** The first digit of the third group, which is 4 in UUIDs of version 4. */
const AT = 14
const UUID_LENGTH = 36
const DIGITS: Readonly<Record<TraceReason, string>> = { none: '4', sampled: '9', forced: 'a', client: 'b' }

export function traceReasonOf(requestId: string): TraceReason {
  if (requestId.length !== UUID_LENGTH) return 'none'
  const digit = requestId[AT]
  if (digit === DIGITS.sampled) return 'sampled'
  if (digit === DIGITS.forced) return 'forced'
  return digit === DIGITS.client ? 'client' : 'none'
}

/** Ids of another form stay as they are. */
export function withTraceReason(requestId: string, reason: TraceReason): string {
  if (requestId.length !== UUID_LENGTH) return requestId
  return requestId.slice(0, AT) + DIGITS[reason] + requestId.slice(AT + 1)
}

/** The number that decides about samples, so that all proxies decide alike; undefined = the id has none. */
export function requestIdNumber(requestId: string): number | undefined {
  const head = requestId.slice(0, 8)
  return /^[0-9a-f]{8}$/i.test(head) ? Number.parseInt(head, 16) : undefined
}
