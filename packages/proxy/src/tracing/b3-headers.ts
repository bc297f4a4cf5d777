/** B3 propagation (github.com/openzipkin/b3-propagation) in Envoy's reading of it: several headers, or one. */
import type { Headers } from '../http/headers.ts'
import type { SpanContext } from './span-context.ts'

const SINGLE = 'b3'
const TRACE_ID = 'x-b3-traceid'
const SPAN_ID = 'x-b3-spanid'
const PARENT_ID = 'x-b3-parentspanid'
const SAMPLED = 'x-b3-sampled'

/** What a caller said. */
export interface B3Context {
  /** '' = it has no span. */
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string
  /** undefined = whoever comes next decides. */
  readonly sampled: boolean | undefined
  readonly single: boolean
}

/** null = it makes no sense: nothing is known of the trace, and nothing may be made up. */
export function extractB3(headers: Headers): B3Context | null {
  const single = headers.get(SINGLE)
  return single === undefined ? extractMulti(headers) : extractSingle(single)
}

function extractMulti(headers: Headers): B3Context | null {
  const sampled = saidSampled(headers.get(SAMPLED))
  const trace = headers.get(TRACE_ID)
  const span = headers.get(SPAN_ID)
  if (trace === undefined || span === undefined) {
    return { traceId: '', spanId: '', parentId: '', sampled, single: false }
  }
  const parent = headers.get(PARENT_ID) ?? ''
  const traceId = normalTraceId(trace)
  const spanId = normalId(span)
  const parentId = parent === '' ? '' : normalId(parent)
  if (traceId === null || spanId === null || parentId === null) return null
  return { traceId, spanId, parentId: isZero(parentId) ? '' : parentId, sampled, single: false }
}

function saidSampled(value: string | undefined): boolean | undefined {
  return value === undefined ? undefined : value === '1' || value === 'true'
}

const FORM = /^((?:[0-9a-f]{16}){1,2})-([0-9a-f]{16})(?:-([01d])(?:-([0-9a-f]{16}))?)?$/i

/** `TRACE-SPAN`, `TRACE-SPAN-SAMPLED`, `TRACE-SPAN-SAMPLED-PARENT`, or only `SAMPLED`. */
function extractSingle(value: string): B3Context | null {
  if (/^[01d]$/.test(value)) {
    return { traceId: '', spanId: '', parentId: '', sampled: value !== '0', single: true }
  }
  const found = FORM.exec(value.toLowerCase())
  if (found === null) return null
  const [, traceId = '', spanId = '', flag, parentId = ''] = found
  const sampled = flag === undefined ? undefined : flag !== '0'
  return { traceId, spanId, parentId: isZero(parentId) ? '' : parentId, sampled, single: true }
}

function isZero(id: string): boolean {
  return /^0+$/.test(id)
}

/** Ids are numbers: leading zeros may be missing. */
function normalId(text: string): string | null {
  const found = /^0*([0-9a-f]{1,16})$/i.exec(text)
  return found === null ? null : (found[1] as string).toLowerCase().padStart(16, '0')
}

function normalTraceId(text: string): string | null {
  if (text.length === 32) return /^[0-9a-f]{32}$/i.test(text) ? text.toLowerCase() : null
  return normalId(text)
}

/** In the form in which it came. */
export function injectB3(headers: Headers, { traceId, spanId, parentId, sampled, single }: SpanContext): void {
  const flag = sampled ? '1' : '0'
  if (single) {
    headers.set(SINGLE, `${traceId}-${spanId}-${flag}${parentId === '' ? '' : `-${parentId}`}`)
    return
  }
  headers.set(TRACE_ID, traceId)
  headers.set(SPAN_ID, spanId)
  if (parentId !== '') headers.set(PARENT_ID, parentId)
  headers.set(SAMPLED, flag)
}
