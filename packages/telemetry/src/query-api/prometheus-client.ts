import { MizzenError } from '@mizzen/base'
import { type ApiAnswer, failure } from './api-answer.ts'
import type { QueryApi } from './query-api.ts'

const TIMEOUT_MS = 30_000
const MAX_BYTES = 64 * 2 ** 20

/** The names that are passed on: reading ones only. */
const PASSED =
  /^(?:query|query_range|query_exemplars|series|labels|label\/[^/]+\/values|metadata|status\/(?:buildinfo|runtimeinfo|flags|config))$/

/**
 * Another Prometheus in the place of our own history: what it is asked is passed on, what it says comes back as it is.
 * Not reached, slow or too long an answer: an error of type `unavailable`.
 * @param base where it is, as `http://prometheus:9090` (a path before `/api/v1` is kept)
 */
export function createPrometheusClient(base: URL, fetchUrl: typeof fetch = fetch): QueryApi {
  return {
    answer(path, params, signal) {
      if (!PASSED.test(path.join('/'))) return undefined
      const url = new URL(`${base.pathname.replace(/\/$/, '')}/api/v1/${path.map(encodeURIComponent).join('/')}`, base)
      return ask(fetchUrl, url, params, signal)
    },
  }
}

async function ask(
  fetchUrl: typeof fetch,
  url: URL,
  params: URLSearchParams,
  signal?: AbortSignal,
): Promise<ApiAnswer> {
  const ends = [AbortSignal.timeout(TIMEOUT_MS), ...(signal === undefined ? [] : [signal])]
  // Long expressions do not fit into a target; the names that take no form have short parameters.
  const posts = /\/(?:query|query_range|query_exemplars|series|labels)$/.test(url.pathname)
  if (!posts) url.search = params.toString()
  try {
    const response = await fetchUrl(url, {
      ...(posts ? { method: 'POST', body: params } : {}),
      signal: AbortSignal.any(ends),
    })
    return { status: response.status, body: await textOf(response) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return failure('unavailable', `Prometheus at ${url.origin}: ${reason}`)
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_BYTES) throw new MizzenError('too-large', `the answer is longer than ${MAX_BYTES} bytes`)
  }
  return text + decoder.decode()
}
