import type { IncomingMessage } from 'node:http'
import { MizzenError } from '@mizzen/base'

/** As much as etcd lets a Kubernetes API server take. */
const MAX_BODY_BYTES = 3 * 1_024 * 1_024

export interface ApiRequest {
  readonly method: string
  /** Decoded segments: `/api/v1/pods` is `['api', 'v1', 'pods']`. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Ends when the client goes away. */
  readonly signal: AbortSignal
  /** The whole body as UTF-8. Throws MizzenError `too-large`. */
  body(): Promise<string>
  /** The same as bytes, at most so many. */
  bytes(most: number): Promise<Buffer>
}

/** Throws MizzenError `bad-request` if the target can't be read. */
export function apiRequest(message: IncomingMessage, signal: AbortSignal): ApiRequest {
  const url = parseTarget(message.url ?? '/')
  return {
    method: message.method ?? 'GET',
    segments: url.segments,
    query: url.query,
    headers: message.headers,
    signal,
    body: async () => (await readBody(message, MAX_BODY_BYTES)).toString('utf8'),
    bytes: (most) => readBody(message, most),
  }
}

function parseTarget(target: string): { segments: readonly string[]; query: URLSearchParams } {
  try {
    const url = new URL(target, 'http://localhost')
    const segments = url.pathname.split('/').filter((segment) => segment !== '')
    return { segments: segments.map(decodeURIComponent), query: url.searchParams }
  } catch (error) {
    throw new MizzenError('bad-request', 'the request target is not a valid path', { cause: error })
  }
}

async function readBody(message: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > most) throw new MizzenError('too-large', `the body is larger than ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
