import { MizzenError } from '@mizzen/base'
import type { Answer } from './answer.ts'
import type { ApiRequest } from './request.ts'

/** Says that a request was passed on: it goes no further, so that no two pass it to each other. */
const PASSED_ON = 'mizzen-passed-on'
const TIMEOUT_MS = 10_000
/** More than the record of any rollout. */
const MOST_BYTES = 128 * 1_024 * 1_024
const HINT = 'ask again: one that stands by takes over within seconds'

/**
 * Has a request answered by the control plane that acts. It goes on as it came, without a body, which none of these has,
 * and without credentials: this API knows none.
 *
 * @param api of the other; null = not known
 * Throws MizzenError `unavailable`.
 */
export async function passOn(request: ApiRequest, api: string | null): Promise<Answer> {
  if (request.headers[PASSED_ON] !== undefined || api === null) {
    throw new MizzenError('unavailable', 'no control plane says that it acts on the rollouts', { hint: HINT })
  }
  try {
    return await ask(request, api)
  } catch (error) {
    const timedOut = (error as Error).name === 'TimeoutError'
    const cause = (error as Error).cause instanceof Error ? ((error as Error).cause as Error) : (error as Error)
    const why = timedOut ? `no answer within ${TIMEOUT_MS} ms` : cause.message
    const message = `the control plane that acts on the rollouts (${api}) can't be reached: ${why}`
    throw new MizzenError('unavailable', message, { hint: HINT, cause: error })
  }
}

async function ask({ method, segments, query, signal }: ApiRequest, api: string): Promise<Answer> {
  const search = query.size === 0 ? '' : `?${query}`
  const response = await fetch(new URL(`/${segments.map(encodeURIComponent).join('/')}${search}`, api), {
    method,
    headers: { [PASSED_ON]: 'true' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    redirect: 'error',
  })
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > MOST_BYTES) throw new Error(`it answered with more than ${MOST_BYTES} bytes`)
    chunks.push(chunk)
  }
  const type = response.headers.get('content-type') ?? 'application/json'
  return {
    status: response.status,
    headers: { 'content-type': type },
    body: Buffer.concat(chunks).toString('utf8'),
  }
}
