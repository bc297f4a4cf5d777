import { type Field, get, headers } from '../../http2-frames.ts'
import { type ComparableMessage, comparableMessage } from '../comparable.ts'
import type { DataPlane } from '../data-plane.ts'
import { fence, logsByFence, PROBE_HOST } from '../observe.ts'
import type { Upstream } from '../upstream.ts'
import { HOST, type Http2Case, type Http2Suite } from './case.ts'
import { Http2Client, type ReceivedStream } from './client.ts'

/** What a case lets anyone see, with what differs from run to run taken out. */
export interface Http2Observation {
  readonly streams: readonly {
    readonly id: number
    readonly heads: readonly string[][]
    readonly body: string
    readonly end: string
  }[]
  /** Whether the connection takes another request afterwards. */
  readonly connection: 'open' | 'closed'
  readonly upstream: readonly { readonly cluster: string; readonly request: ComparableMessage }[]
  readonly log: readonly (readonly string[])[]
  readonly error?: string
}

/** Where all cases go. */
export const http2VirtualHost = {
  name: 'http2',
  domains: [HOST, `${HOST}:*`],
  routes: [
    { match: { prefix: '/direct' }, direct_response: { status: 200, body: { inline_string: 'hello' } } },
    { match: { prefix: '/' }, route: { cluster: 'alpha' } },
  ],
}

/** Far above the streams of any case. */
const PROBE_STREAM = 9_999
const VOLATILE = new Set(['date', 'x-envoy-upstream-service-time'])

export function caseName(suite: Http2Suite, one: Http2Case): string {
  return `${suite.name}: ${one.name}`
}

/** Runs all cases, one after the other, and collects what each let see. */
export async function observeAll(
  plane: DataPlane,
  upstream: Upstream,
  suites: readonly Http2Suite[],
): Promise<Map<string, Http2Observation>> {
  const seen = new Map<string, Omit<Http2Observation, 'log'>>()
  for (const suite of suites) {
    for (const one of suite.cases) {
      const observed = observe(plane, upstream, one).catch((error: Error) => failed(error))
      seen.set(caseName(suite, one), await observed)
      await fence(plane, seen.size)
    }
  }
  const logs = await logsByFence(plane, seen.size)
  return new Map([...seen].map(([name, rest], index) => [name, { ...rest, log: (logs[index] ?? []).map(logLine) }]))
}

/** What became of the streams of a case, in the case's words. */
export function endsOf(observation: Http2Observation | undefined, one: Http2Case): (number | string)[] {
  return (one.streams ?? [1]).map((id) => {
    const stream = observation?.streams.find((each) => each.id === id)
    if (stream?.end.startsWith('reset')) return stream.end
    const status = stream?.heads.at(0)?.find((line) => line.startsWith(':status: '))
    return status === undefined ? 'closed' : Number(status.slice(9))
  })
}

function failed(error: Error): Omit<Http2Observation, 'log'> {
  return { streams: [], connection: 'closed', upstream: [], error: error.message }
}

async function observe(plane: DataPlane, upstream: Upstream, one: Http2Case): Promise<Omit<Http2Observation, 'log'>> {
  const received = upstream.take().slice(0, 0)
  upstream.play(one.upstream ?? [])
  const client = await Http2Client.open(plane.port)
  try {
    for (const part of one.send) {
      if (part instanceof Uint8Array) await client.send(part)
      else {
        while (received.push(...upstream.take()) < part.reached && !client.closed) await pause()
      }
    }
    await client.until(() => (one.streams ?? [1]).every((id) => client.stream(id).end !== ''))
    const streams = [...client.streams].map(([id, stream]) => comparableStream(id, stream))
    const connection = await probe(client)
    received.push(...upstream.take())
    const requests = received.map(({ cluster, message }) => ({ cluster, request: comparableMessage(message) }))
    return {
      streams: streams.filter(({ heads, end }) => heads.length > 0 || end !== ''),
      connection,
      upstream: requests,
    }
  } finally {
    client.close()
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2))
}

async function probe(client: Http2Client): Promise<'open' | 'closed'> {
  await client.send(headers(PROBE_STREAM, get(PROBE_HOST)))
  await client.until(() => client.stream(PROBE_STREAM).end !== '')
  return client.stream(PROBE_STREAM).end === 'end' ? 'open' : 'closed'
}

function comparableStream(id: number, stream: ReceivedStream): Http2Observation['streams'][number] {
  return { id, heads: stream.heads.map(comparableFields), body: stream.body, end: stream.end }
}

function comparableFields(fields: readonly Field[]): string[] {
  return fields.map(([name, value]) => `${name}: ${VOLATILE.has(name) ? '*' : value}`).sort()
}

/** What broke a connection is said in the words of each program. */
function logLine(fields: readonly string[]): string[] {
  return fields.map((text) => text.replace(/^(codec_error:.*|http2\.unknown\.nghttp2\.error)$/, '<codec error>'))
}
