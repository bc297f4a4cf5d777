import type { OutgoingHttpHeaders } from 'node:http2'
import { request } from '../../case.ts'
import type { HttpMessage } from '../../http-message.ts'
import type { World } from '../case.ts'
import type { CallResult } from '../http2-client.ts'
import type { Answer } from '../http2-origin.ts'

/** A response of HTTP/1.1 as cases name it; fields sorted, those that differ from run to run taken out. */
interface PlainResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly framing: string
  readonly trailers: readonly (readonly [string, string])[]
}

function plain(message: HttpMessage): PlainResponse {
  return {
    status: Number(message.startLine.split(' ')[1]),
    headers: Object.fromEntries(message.headers),
    body: message.body,
    framing: String(message.framing),
    trailers: message.trailers.map(([name, value]) => [name, value] as const),
  }
}

/** The bytes of one HTTP/1.1 request, or of several; all responses until there are `count`, or the connection ends. */
export async function http1(world: World, bytes: string | readonly string[], count = 1): Promise<unknown> {
  const client = await world.http1()
  const parts = typeof bytes === 'string' ? [bytes] : bytes
  await client.send(parts)
  const responses: PlainResponse[] = []
  while (responses.length < count) {
    const response = await client.response(parts[0]?.startsWith('HEAD ') ?? false)
    if (response === undefined) break
    responses.push(plain(response))
  }
  return { responses, leftover: client.leftover }
}

export function get(path = '/', ...fields: readonly string[]): string {
  return request([`GET ${path} HTTP/1.1`, 'host: shop', ...fields])
}

export function post(body: string, ...fields: readonly string[]): string {
  return request(['POST / HTTP/1.1', 'host: shop', `content-length: ${body.length}`, ...fields], body)
}

export async function call(
  world: World,
  headers: OutgoingHttpHeaders = {},
  body?: string,
  trailers?: OutgoingHttpHeaders,
): Promise<CallResult> {
  return (await world.http2()).call(headers, body, trailers)
}

/** Answers when the request is complete. */
export function whole(headers: OutgoingHttpHeaders, body = '', trailers?: OutgoingHttpHeaders): Answer {
  return (stream) => {
    stream.on('end', () => {
      if (body === '' && trailers === undefined) {
        stream.respond(headers, { endStream: true })
        return
      }
      stream.respond(headers, { waitForTrailers: trailers !== undefined })
      if (trailers !== undefined) stream.on('wantTrailers', () => stream.sendTrailers(trailers))
      stream.end(body)
    })
  }
}

/** The n-th request gets the n-th answer, further ones the last. */
export function inTurn(...answers: readonly Answer[]): Answer {
  let count = 0
  return (stream, received, session) => {
    const answer = answers[Math.min(count, answers.length - 1)] as Answer
    count += 1
    answer(stream, received, session)
  }
}

/** Resets each request. */
export function resets(code: number): Answer {
  return (stream) => stream.close(code)
}

/** Resolves when `condition` holds; gives up after some seconds. */
export async function eventually(condition: () => boolean): Promise<boolean> {
  const deadline = performance.now() + 3_000
  while (!condition()) {
    if (performance.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return true
}
