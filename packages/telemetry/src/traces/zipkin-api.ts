import { type Clock, MizzenError } from '@mizzen/base'
import { type Span, traceKey } from './span.ts'
import type { Trace } from './trace.ts'
import { findTraces, readTimeSpan, readTraceSearch } from './trace-search.ts'
import type { TraceStore } from './trace-store.ts'

/** Largest answer, bytes of memory: what does not fit is left out, oldest first. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20
const MAX_IDS = 100

/** An answer of the API: JSON, or one sentence in plain text. */
export interface TraceAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/**
 * The part of Zipkin's API that reads. Undefined: there is nothing of that name. A bad parameter is a status 400.
 * https://zipkin.io/zipkin-api/
 * @param path what follows `/api/v2/`, decoded: `['trace', '463ac35c9f6413ad']`
 */
export function answerTraceQuery(
  path: readonly string[],
  params: URLSearchParams,
  store: TraceStore,
  clock: Clock,
): TraceAnswer | undefined {
  const [name = '', id, ...rest] = path
  const answer = rest.length > 0 || (id !== undefined) !== (name === 'trace') ? undefined : ANSWERS[name]
  if (answer === undefined) return undefined
  try {
    return answer(params, store, clock, id ?? '')
  } catch (error) {
    if (error instanceof MizzenError && error.code === 'bad-parameter') return text(400, error.message)
    throw error
  }
}

type Answer = (params: URLSearchParams, store: TraceStore, clock: Clock, id: string) => TraceAnswer

const ANSWERS: Readonly<Record<string, Answer>> = {
  traces: (params, store, clock) => traces(findTraces(store.all(), readTraceSearch(params, clock.now()))),
  trace: (_, store, __, id) => {
    const found = store.get(keyOf(id))
    return found === undefined ? text(404, `${id} not found`) : json(found.spans)
  },
  traceMany: (params, store) => {
    const ids = (params.get('traceIds') ?? '').split(',').slice(0, MAX_IDS).map(keyOf)
    return traces([...new Set(ids)].flatMap((id) => store.get(id) ?? []))
  },
  services: (_, store) => names(store, ({ localEndpoint }) => localEndpoint?.serviceName),
  spans: (params, store) =>
    names(
      store,
      ofService(params, ({ name }) => name),
    ),
  remoteServices: (params, store) =>
    names(
      store,
      ofService(params, ({ remoteEndpoint }) => remoteEndpoint?.serviceName),
    ),
  dependencies: (params, store) => {
    if (!params.get('endTs')) throw new MizzenError('bad-parameter', 'endTs is required')
    const { fromMs, toMs } = readTimeSpan(params, 0)
    return json(store.dependencies(fromMs, toMs))
  },
  autocompleteKeys: () => json([]),
  autocompleteValues: () => json([]),
}

function keyOf(id: string): string {
  const key = traceKey(id)
  if (key === undefined)
    throw new MizzenError('bad-parameter', `${JSON.stringify(id)} is not a trace id: 16 or 32 hex digits`)
  return key
}

function traces(found: readonly Trace[]): TraceAnswer {
  const lists: (readonly Span[])[] = []
  let bytes = 0
  for (const trace of found) {
    bytes += trace.bytes
    if (bytes > MAX_ANSWER_BYTES) break
    lists.push(trace.spans)
  }
  return json(lists)
}

function names(store: TraceStore, nameOf: (span: Span) => string | undefined): TraceAnswer {
  const all = new Set<string>()
  for (const { spans } of store.all()) {
    for (const span of spans) {
      const name = nameOf(span)
      if (name !== undefined && name !== '') all.add(name)
    }
  }
  return json([...all].sort())
}

function ofService(params: URLSearchParams, nameOf: (span: Span) => string | undefined) {
  const service = params.get('serviceName')?.toLowerCase()
  if (service === undefined || service === '') throw new MizzenError('bad-parameter', 'serviceName is required')
  return (span: Span) => (span.localEndpoint?.serviceName?.toLowerCase() === service ? nameOf(span) : undefined)
}

function json(value: unknown): TraceAnswer {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) }
}

function text(status: number, body: string): TraceAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body }
}
