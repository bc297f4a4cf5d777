import type { Post } from '@mizzen/rollout'

/** Of an answer's body that is kept, as much as a reason needs, bytes. */
const MOST_BODY = 1_024

/** Posts JSON to webhooks and receivers of alerts. A redirect is an answer like others: nobody is sent elsewhere. */
export const post: Post = async (url, body, timeoutMs) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'mizzen' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'manual',
  }).catch((error: Error) => {
    throw named(error, timeoutMs)
  })
  return { status: response.status, body: response.ok ? await drain(response) : await beginning(response) }
}

/** `fetch failed` says nothing: what failed is in the cause. */
function named(error: Error, timeoutMs: number): Error {
  if (error.name === 'TimeoutError') return new Error(`no answer within ${timeoutMs} ms`, { cause: error })
  const { cause } = error
  return cause instanceof Error && cause.message !== '' ? new Error(cause.message, { cause: error }) : error
}

async function drain(response: Response): Promise<string> {
  await response.body?.cancel()
  return ''
}

/** In one line. */
async function beginning({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (bytes >= MOST_BODY) break
  }
  return Buffer.concat(chunks).subarray(0, MOST_BODY).toString('utf8').replace(/\s+/g, ' ').trim()
}
