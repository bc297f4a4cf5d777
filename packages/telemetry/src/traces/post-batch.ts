import type { PostBatch } from './trace-forwarder.ts'

/** Sends batches by HTTP POST. What a collector says in its answer is not looked at, beyond its status. */
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
    await response.body?.cancel()
    return { status: response.status, retryAfterMs: retryAfterMs(response.headers.get('retry-after')) }
  }
}

/** RFC 9110 10.2.3, of which collectors send seconds. */
function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined
}
