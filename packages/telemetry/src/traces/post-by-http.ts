import { partialSuccess } from './partial-success.ts'
import type { PostAnswer, PostBatch } from './trace-forwarder.ts'

/** An answer says how many spans were rejected, and why; what is longer is not read. */
const MAX_ANSWER_BYTES = 64 * 1024

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE: readonly number[] = [429, 502, 503, 504]

/** Sends batches by HTTP POST. */
export function postByHttp(url: URL, fetchUrl: typeof fetch = fetch): PostBatch {
  return async ({ body, contentType }, signal) => {
    const response = await fetchUrl(url, {
      method: 'POST',
      // The same bytes, and not a copy: nobody changes a batch.
      body: body as Uint8Array<ArrayBuffer> | string,
      headers: { 'content-type': contentType },
      redirect: 'error',
      signal,
    })
    if (response.status === 200) return taken(response)
    await response.body?.cancel()
    if (response.ok) return { outcome: 'taken', rejected: 0, said: '' }
    const said = `status ${response.status}`
    if (!RETRYABLE.includes(response.status)) return { outcome: 'refused', said }
    return { outcome: 'later', retryAfterMs: retryAfterMs(response.headers.get('retry-after')), said }
  }
}

/** One that breaks off says nothing: the spans are taken by the status, and sending them again would double them. */
async function taken(response: Response): Promise<PostAnswer> {
  const body = await startOf(response).catch(() => Buffer.alloc(0))
  const { rejected, reason } = partialSuccess(response.headers.get('content-type') ?? '', body)
  return { outcome: 'taken', rejected, said: reason }
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
