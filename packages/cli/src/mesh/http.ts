import { Agent, type IncomingMessage, request } from 'node:http'
import { MizzenError } from '@mizzen/base'

export interface Call {
  readonly method?: string
  readonly body?: string
  readonly contentType?: string
  readonly signal?: AbortSignal
  /** Until the head of the answer is here, milliseconds; 10,000 by default. */
  readonly timeoutMs?: number
}

const agent = new Agent({ keepAlive: true, maxSockets: 8 })

/** Resolves with the answer's head; its body is to be read. Throws MizzenError `unreachable`. */
export function call(url: URL, options: Call = {}): Promise<IncomingMessage> {
  const { method = 'GET', body, contentType, signal, timeoutMs = 10_000 } = options
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }
    const outgoing = request(url, { method, agent, headers, ...(signal && { signal }) })
    const fail = (message: string, cause?: unknown) => reject(new MizzenError('unreachable', message, { cause }))
    const timer = setTimeout(() => {
      outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`))
    }, timeoutMs)
    outgoing.on('response', (response) => {
      clearTimeout(timer)
      resolve(response)
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      // The server was just ending a connection that had been idle: it has not read this. Each such connection is met once.
      if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve(call(url, options))
      else fail(error.message, error)
    })
    outgoing.end(body)
  })
}

export async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
