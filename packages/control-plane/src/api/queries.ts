import { MizzenError } from '@mizzen/base'
import type { QueryApi } from '@mizzen/telemetry'
import type { Answer } from './answer.ts'
import type { ApiRequest } from './request.ts'

export interface QueryDeps {
  readonly queries: QueryApi
}

const FORM = 'application/x-www-form-urlencoded'

/** Prometheus' query API, under `/api/v1/`. Undefined for other paths, those of Kubernetes' core among them. */
export async function answerQueries(request: ApiRequest, { queries }: QueryDeps): Promise<Answer | undefined> {
  const [root, version, ...path] = request.segments
  if (root !== 'api' || version !== 'v1' || path.length === 0) return undefined
  const params = new URLSearchParams(request.query)
  const isForm = request.method === 'POST' && (request.headers['content-type'] ?? '').startsWith(FORM)
  if (isForm) for (const [name, value] of new URLSearchParams(await request.body())) params.append(name, value)
  const answer = await queries.answer(path, params, request.signal)
  if (answer === undefined) return undefined
  if (!['GET', 'HEAD', 'POST'].includes(request.method)) {
    throw new MizzenError('method-not-allowed', `${request.method} is not possible here`)
  }
  return { status: answer.status, headers: { 'content-type': 'application/json' }, body: answer.body }
}
