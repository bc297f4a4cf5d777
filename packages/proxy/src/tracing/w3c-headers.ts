/** W3C Trace Context (w3.org/TR/trace-context): `traceparent` and `tracestate`, as strictly as Envoy reads them. */
import type { Headers } from '../http/headers.ts'
import type { SpanContext } from './span-context.ts'

const PARENT = 'traceparent'
const STATE = 'tracestate'

export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  /** All of `tracestate`. */
  readonly state: string
}

const FORM = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/i

/** undefined = there is none; null = it makes no sense. */
export function extractTraceParent(headers: Headers): TraceParent | null | undefined {
  const value = headers.get(PARENT)
  if (value === undefined) return undefined
  const found = FORM.exec(value)
  if (found === null) return null
  const [, traceId = '', spanId = '', flags = ''] = found
  return {
    traceId: traceId.toLowerCase(),
    spanId: spanId.toLowerCase(),
    sampled: (Number.parseInt(flags, 16) & 1) === 1,
    state: headers.getCombined(STATE) ?? '',
  }
}

/** Sets `traceparent`; short trace ids are filled with zeros. */
export function injectTraceParent(headers: Headers, { traceId, spanId, sampled }: SpanContext): void {
  headers.set(PARENT, `00-${traceId.padStart(32, '0')}-${spanId}-${sampled ? '01' : '00'}`)
}

export function injectTraceState(headers: Headers, { state }: SpanContext): void {
  headers.set(STATE, state)
}
