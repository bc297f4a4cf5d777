import { get, type IncomingMessage } from 'node:http'
import { MizzenError } from '@mizzen/base'

export interface TextLimits {
  /** For the whole exchange, milliseconds. */
  readonly timeoutMs: number
  readonly maxBytes: number
}

/**
 * The body of a GET that is answered with 200, as UTF-8.
 * Throws MizzenError `unavailable` (no or late answer), `bad-status`, `too-large`.
 */
export function fetchText(url: string, limits: TextLimits): Promise<string> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(limits.timeoutMs)
    const fail = (error: unknown) => reject(unavailable(url, error, signal.aborted ? limits.timeoutMs : undefined))
    // No keep-alive: a scrape must not hold a connection of a proxy that drains.
    const request = get(url, { signal, agent: false }, (response) => {
      readText(url, response, limits.maxBytes).then(resolve, (error) => {
        request.destroy()
        if (error instanceof MizzenError) reject(error)
        else fail(error)
      })
    })
    request.on('error', fail)
  })
}

async function readText(url: string, response: IncomingMessage, maxBytes: number): Promise<string> {
  if (response.statusCode !== 200) {
    throw new MizzenError('bad-status', `${url} answered with status ${response.statusCode}`)
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new MizzenError('too-large', `${url} answered with more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function unavailable(url: string, cause: unknown, timeoutMs: number | undefined): MizzenError {
  const why = timeoutMs === undefined ? (cause as Error).message : `no answer within ${timeoutMs} ms`
  return new MizzenError('unavailable', `${url}: ${why}`, { cause })
}
