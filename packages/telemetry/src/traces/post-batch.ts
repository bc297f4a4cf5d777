import { type PartialSuccess, partialSuccess } from './partial-success.ts'
import type { PostBatch } from './trace-forwarder.ts'

/** An answer says how many spans were rejected, and why; what is longer is not read. */
const MAX_ANSWER_BYTES = 64 * 1024

/** Sends batches by HTTP POST. */
export function postTo(url: URL, fetchUrl: typeof fetch = fetch): PostBatch {
  return async ({ body, contentType }, signal) => {
    const response = await fetchUrl(url, {
      method: 'POST',
      // The same bytes, and not a copy: nobody changes a batch.
      body: body as Uint8Array<ArrayBuffer> | string,
      headers: { 'content-type': contentType },
      redirect: 'error',
      signal,
    })
    const answer = { status: response.status, retryAfterMs: retryAfterMs(response.headers.get('retry-after')) }
    return response.status === 200 ? { ...answer, ...(await rejection(response)) } : cancelled(response, answer)
  }
}

async function cancelled<T>(response: Response, answer: T): Promise<T> {
  await response.body?.cancel()
  return answer
}

/** One that breaks off says nothing: the spans are taken by the status, and sending them again would double them. */
async function rejection(response: Response): Promise<PartialSuccess> {
  const body = await startOf(response).catch(() => Buffer.alloc(0))
  return partialSuccess(response.headers.get('content-type') ?? '', body)
}

async function startOf(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    // Leaving the loop gives the rest up.
    if (bytes > MAX_ANSWER_BYTES) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** RFC 9110 10.2.3, of which collectors send seconds. */
function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined
}
