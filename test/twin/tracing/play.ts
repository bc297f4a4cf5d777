import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2'
import { Client } from '../client.ts'
import { Http2Client } from '../protocols/http2-client.ts'
import type { Http2Origin } from '../protocols/http2-origin.ts'
import type { ReceivedRequest, Upstream } from '../upstream.ts'
import type { Collector } from './collector.ts'
import type { Comparable } from './comparable.ts'
import type { Http2Call, TracingCase } from './scene.ts'

/** Who a data plane talks to. */
export interface World {
  readonly server: Upstream
  readonly http2Server: Http2Origin
  readonly collector: Collector
}

/** What one case let see, but for the log. */
export interface Played {
  readonly status: string
  readonly response: readonly string[]
  /** Heads that the server received. */
  readonly received: readonly (readonly string[])[]
  readonly spans: readonly unknown[]
}

/** What the client sends, as text: ids in there are nobody else's. */
export function requestText({ call, method = 'GET', path = '/', headers = [], body = '' }: TracingCase): string {
  if (call !== undefined) return JSON.stringify(call.headers)
  const length = body === '' ? [] : [`content-length: ${body.length}`]
  return [`${method} ${path} HTTP/1.1`, 'host: shop.twin', ...length, ...headers, '', body].join('\r\n')
}

export function play(one: TracingCase, port: number, world: World, comparable: Comparable): Promise<Played> {
  return one.call === undefined
    ? playHttp1(one, port, world, comparable)
    : playHttp2(one, one.call, port, world, comparable)
}

async function playHttp1(one: TracingCase, port: number, world: World, comparable: Comparable): Promise<Played> {
  const { server, collector } = world
  server.take()
  server.play((one.answers ?? []).map((step) => (typeof step === 'string' || step === null ? { answer: step } : step)))
  const client = await Client.open(port)
  try {
    await client.send([requestText(one)])
    const response = one.leaves === true ? undefined : await client.response(one.method === 'HEAD')
    await server.received(one.requests ?? (one.leaves === true ? 1 : 0))
    if (one.leaves === true) client.close()
    const spans = await collector.take(one.spans)
    const received = server
      .take()
      .toSorted((a, b) => (hostOf(a) < hostOf(b) ? -1 : 1))
      .map(({ message }) => [comparable.text(message.startLine), ...comparable.headers(message.headers)])
    return {
      status: response?.startLine ?? 'none',
      response: comparable.headers(response?.headers ?? []),
      received,
      spans: comparable.spans(spans),
    }
  } finally {
    client.close()
  }
}

async function playHttp2(
  one: TracingCase,
  call: Http2Call,
  port: number,
  { http2Server, collector }: World,
  comparable: Comparable,
): Promise<Played> {
  http2Server.take()
  http2Server.answer = (stream) => {
    stream.resume()
    stream.on('end', () => {
      stream.respond({ ':status': 200, ...call.response }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers(call.trailers ?? {}))
      stream.end('yes')
    })
  }
  const client = await Http2Client.open(port)
  try {
    const result = await client.call({ ':authority': 'shop.twin', ...call.headers }, call.body)
    const spans = await collector.take(one.spans)
    return {
      status: String(result.status),
      response: comparable.headers([...fields(result.headers), ...fields(result.trailers ?? {})]),
      received: http2Server.take().map(({ headers }) => comparable.headers(fields(headers))),
      spans: comparable.spans(spans),
    }
  } finally {
    client.close()
  }
}

function fields(headers: IncomingHttpHeaders | OutgoingHttpHeaders): readonly (readonly [string, string])[] {
  return Object.entries(headers).map(([name, value]) => [name, String(value)])
}

function hostOf({ message }: ReceivedRequest): string {
  return message.headers.find(([name]) => name === 'host')?.[1] ?? ''
}
