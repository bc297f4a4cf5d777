import { MizzenError } from '@mizzen/base'
import type { Span } from './span.ts'
import type { Trace } from './trace.ts'

/** Which traces are wanted, in the words of Zipkin's `GET /api/v2/traces`; what is left out does not matter. */
export interface TraceSearch {
  /** Lower case, as all names here. It says which spans the other conditions are about. */
  readonly serviceName?: string | undefined
  readonly remoteServiceName?: string | undefined
  readonly spanName?: string | undefined
  /** Tags by name, or, with '' as value, tags and annotations that must be there. */
  readonly annotations: ReadonlyMap<string, string>
  /** Of a single span, microseconds. */
  readonly minDuration?: number | undefined
  readonly maxDuration?: number | undefined
  /** When it began, ms since the epoch. */
  readonly fromMs: number
  readonly toMs: number
  readonly limit: number
}

const DEFAULT_LIMIT = 10
const MAX_LIMIT = 1_000
const DEFAULT_LOOKBACK_MS = 86_400_000

/** Throws MizzenError `bad-parameter`. @param nowMs since the epoch */
export function readTraceSearch(params: URLSearchParams, nowMs: number): TraceSearch {
  const name = (key: string) => (params.get(key) ?? '').toLowerCase() || undefined
  const spanName = name('spanName')
  const minDuration = positive(params, 'minDuration')
  const maxDuration = positive(params, 'maxDuration')
  if (maxDuration !== undefined && minDuration === undefined) {
    throw new MizzenError('bad-parameter', 'maxDuration is only valid with minDuration')
  }
  if ((maxDuration ?? Number.POSITIVE_INFINITY) < (minDuration ?? 0)) {
    throw new MizzenError('bad-parameter', 'maxDuration is less than minDuration')
  }
  return {
    ...{ serviceName: name('serviceName'), remoteServiceName: name('remoteServiceName') },
    spanName: spanName === 'all' ? undefined : spanName,
    annotations: readAnnotationQuery(params.get('annotationQuery') ?? ''),
    ...{ minDuration, maxDuration },
    ...readTimeSpan(params, nowMs),
    limit: Math.min(positive(params, 'limit') ?? DEFAULT_LIMIT, MAX_LIMIT),
  }
}

/** `lookback` before `endTs`, or before now: ms since the epoch. Throws MizzenError `bad-parameter`. */
export function readTimeSpan(
  params: URLSearchParams,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const toMs = positive(params, 'endTs') ?? nowMs
  return { fromMs: toMs - (positive(params, 'lookback') ?? DEFAULT_LOOKBACK_MS), toMs }
}

function positive(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name) ?? ''
  if (text === '') return undefined
  if (/^\d{1,15}$/.test(text) && Number(text) > 0) return Number(text)
  throw new MizzenError('bad-parameter', `${name} must be a whole number from 1, and is ${JSON.stringify(text)}`)
}

/** `error and http.method=GET` */
function readAnnotationQuery(text: string): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>()
  for (const part of text.split(' and ').slice(0, 100)) {
    const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(part) ?? []
    if (key.trim() !== '' && (value !== '' || !wanted.has(key.trim()))) wanted.set(key.trim(), value.trim())
  }
  return wanted
}

/** Newest first, at most `limit`. */
export function findTraces(traces: Iterable<Trace>, search: TraceSearch): readonly Trace[] {
  const found: Trace[] = []
  for (const trace of traces) if (isFound(trace, search)) found.push(trace)
  return found.sort((a, b) => b.timestamp - a.timestamp).slice(0, search.limit)
}

/** Every condition holds for one of the spans of the service, not all for the same one: as Zipkin has it. */
function isFound({ spans, timestamp }: Trace, search: TraceSearch): boolean {
  if (timestamp < search.fromMs * 1_000 || timestamp > search.toMs * 1_000) return false
  const own = spans.filter((span) => isAsked(search.serviceName, span.localEndpoint?.serviceName))
  return (
    own.length > 0 &&
    own.some((span) => isAsked(search.spanName, span.name)) &&
    own.some((span) => isAsked(search.remoteServiceName, span.remoteEndpoint?.serviceName)) &&
    own.some((span) => hasDuration(span, search)) &&
    [...search.annotations].every(([key, value]) => own.some((span) => isAnnotated(span, key, value)))
  )
}

function isAsked(wanted: string | undefined, name: string | undefined): boolean {
  return wanted === undefined || name?.toLowerCase() === wanted
}

function hasDuration({ duration = 0 }: Span, { minDuration = 0, maxDuration }: TraceSearch): boolean {
  return duration >= minDuration && (maxDuration === undefined || duration <= maxDuration)
}

function isAnnotated({ tags, annotations = [] }: Span, key: string, value: string): boolean {
  if (value !== '') return tags[key] === value
  return tags[key] !== undefined || annotations.some((annotation) => annotation.value === key)
}
