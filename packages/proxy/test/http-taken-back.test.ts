/** Requests that a client gives up before any of them has left: their connection to the upstream is as good as before. */
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { data, get, headers, number, PREFACE, request, settings, Type } from '../../../test/http2-frames.ts'
import { Cleanup, cluster, eventually, route, startHttp, startProxy, type TestProxy } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const CANCEL = 8

interface Upstream {
  readonly port: number
  /** Whose connection each request came by, counted from 0. */
  readonly connections: number[]
  readonly paths: string[]
}

/** Answers each request once its body is complete. */
async function startUpstream(): Promise<Upstream> {
  const known: Socket[] = []
  const [connections, paths]: [number[], string[]] = [[], []]
  const port = await startHttp(cleanup, (message, response) => {
    if (!known.includes(message.socket)) known.push(message.socket)
    connections.push(known.indexOf(message.socket))
    paths.push(message.url ?? '')
    message.on('error', () => {})
    message.resume().on('end', () => response.end('ok'))
  })
  return { port, connections, paths }
}

/** A client of HTTP/2 that only sends. */
async function open(proxy: TestProxy): Promise<{ send(...frames: Buffer[]): void }> {
  const socket = connect(proxy.port, '127.0.0.1')
  cleanup.add(() => socket.destroy())
  socket.on('error', () => {})
  socket.resume()
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  socket.write(Buffer.concat([PREFACE, settings([])]))
  // One write is one read of the other side: it is smaller than a segment.
  return { send: (...frames) => void socket.write(Buffer.concat(frames)) }
}

async function setUp() {
  const upstream = await startUpstream()
  const proxy = await startProxy(cleanup, { clusters: [cluster('u', [upstream.port])], routes: [route('/', 'u')] })
  const client = await open(proxy)
  client.send(headers(1, get('a', '/first')))
  await eventually(() => proxy.log.length === 1)
  return { upstream, proxy, client }
}

describe('a request that is reset in the read that opened it', () => {
  it('never reaches the upstream, and the next one has its connection', async () => {
    const { upstream, proxy, client } = await setUp()
    for (let id = 3; id < 43; id += 2) client.send(headers(id, get('a', `/${id}`)), number(Type.reset, id, CANCEL))
    await eventually(() => proxy.log.length === 21)
    client.send(headers(43, get('a', '/last')))
    await eventually(() => proxy.log.length === 22)
    expect(upstream.paths).toEqual(['/first', '/last'])
    expect(upstream.connections).toEqual([0, 0])
    expect(proxy.log.slice(1, 21).every((line) => line.includes(' 0 DR http2.remote_reset '))).toBe(true)
  })

  it('may have had a part of its body', async () => {
    const { upstream, proxy, client } = await setUp()
    client.send(headers(3, request('POST', 'a', '/given-up'), 0), data(3, 'part', 0), number(Type.reset, 3, CANCEL))
    await eventually(() => proxy.log.length === 2)
    client.send(headers(5, request('POST', 'a', '/last'), 0), data(5, 'whole'))
    await eventually(() => proxy.log.length === 3)
    expect(upstream.paths).toEqual(['/first', '/last'])
    expect(upstream.connections).toEqual([0, 0])
  })

  it('costs the connection if some of it has left', async () => {
    const { upstream, proxy, client } = await setUp()
    // A body of that size goes out at once, with its head.
    client.send(headers(3, request('POST', 'a', '/begun'), 0), data(3, 'x'.repeat(4000), 0))
    await eventually(() => upstream.paths.length === 2)
    client.send(number(Type.reset, 3, CANCEL))
    await eventually(() => proxy.log.length === 2)
    client.send(headers(5, get('a', '/last')))
    await eventually(() => proxy.log.length === 3)
    expect(upstream.paths).toEqual(['/first', '/begun', '/last'])
    expect(upstream.connections).toEqual([0, 0, 1])
  })
})
