import { MizzenError } from '@mizzen/base'
import { MAX_TRACE_BODY_BYTES, type SpanPost, type Traces } from '@mizzen/telemetry'
import type { Answer } from './answer.ts'
import type { ApiRequest } from './request.ts'

export interface TraceDeps {
  readonly traces: Traces
}

/** Where spans are taken in: OTLP's path and Zipkin's. */
export function spanPostTo(segments: readonly string[]): SpanPost['to'] | undefined {
  const path = segments.join('/')
  return path === 'v1/traces' ? 'otlp' : path === 'api/v2/spans' ? 'zipkin' : undefined
}

/** Spans that come in, and Zipkin's API to ask for traces, under `/api/v2/`. Undefined for other paths. */
export async function answerTraces(request: ApiRequest, { traces }: TraceDeps): Promise<Answer | undefined> {
  const { method, segments } = request
  const to = spanPostTo(segments)
  if (to !== undefined && method === 'POST') return takeSpans(request, to, traces)
  const [root, version, ...path] = segments
  const answer = root === 'api' && version === 'v2' ? traces.answer(path, request.query) : undefined
  if (answer === undefined && to === undefined) return undefined
  if (answer === undefined || !['GET', 'HEAD'].includes(method)) {
    throw new MizzenError('method-not-allowed', `${method} is not possible here`)
  }
  return { status: answer.status, headers: { 'content-type': answer.contentType }, body: answer.body }
}

async function takeSpans(request: ApiRequest, to: SpanPost['to'], traces: Traces): Promise<Answer> {
  const { headers } = request
  const answer = await traces.takePost({
    to,
    contentType: headers['content-type'] ?? '',
    contentEncoding: headers['content-encoding'] ?? '',
    body: await request.bytes(MAX_TRACE_BODY_BYTES),
  })
  return {
    status: answer.status,
    headers: { 'content-type': answer.contentType },
    body: (response) => response.end(answer.body),
  }
}
