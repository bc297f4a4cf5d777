/** Clients of HTTP/2 by Node's own implementation, through the proxy to servers of HTTP/1.1. */
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { DEFAULT_HTTP2_OPTIONS } from '../src/config/read-http2-options.ts'
import {
  Cleanup,
  cluster,
  eventually,
  route,
  startHttp,
  startProxy,
  startTcp,
  type TestProxy,
} from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Answers with the request's body, method and path. */
async function echoProxy(http: Parameters<typeof startProxy>[1]['http'] = {}): Promise<TestProxy> {
  const port = await startHttp(cleanup, (request, response) => {
    response.setHeader('x-request', `${request.method} ${request.url} ${request.headers.host}`)
    request.pipe(response)
  })
  return startProxy(cleanup, { clusters: [cluster('echo', [port])], routes: [route('/', 'echo')], http })
}

function open(proxy: TestProxy, settings = {}): ClientHttp2Session {
  const session = connect(`http://127.0.0.1:${proxy.port}`, { settings })
  session.on('error', () => {})
  cleanup.add(() => session.destroy())
  return session
}

function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let headers: IncomingHttpHeaders = {}
    stream.on('response', (received) => (headers = received))
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', reject)
    stream.on('end', () => resolve({ status: Number(headers[':status']), headers, body: Buffer.concat(chunks) }))
  })
}

function get(session: ClientHttp2Session, path: string): Promise<Answer> {
  return answerOf(session.request({ ':path': path }))
}

function ask(session: ClientHttp2Session, path: string, body: Buffer | string = ''): Promise<Answer> {
  const stream = session.request({ ':method': 'POST', ':path': path })
  const answer = answerOf(stream)
  stream.end(body)
  return answer
}

describe('a client of HTTP/2', () => {
  it('is served from a server of HTTP/1.1', async () => {
    const answer = await ask(open(await echoProxy()), '/a?b', 'hello')
    expect([answer.status, answer.body.toString()]).toEqual([200, 'hello'])
    expect(answer.headers['x-request']).toMatch(/^POST \/a\?b 127\.0\.0\.1:\d+$/)
    expect(answer.headers).not.toHaveProperty('transfer-encoding')
  })

  it('may have many requests at a time, each with its own answer', async () => {
    const session = open(await echoProxy())
    const bodies = Array.from({ length: 100 }, (_, index) => `${index} `.repeat(index * 20))
    const answers = await Promise.all(bodies.map((body, index) => ask(session, `/${index}`, body)))
    expect(answers.map(({ body }) => body.toString())).toEqual(bodies)
    expect(answers.map(({ headers }) => headers['x-request'])).toEqual(
      bodies.map((_, index) => expect.stringContaining(`POST /${index} `)),
    )
  })

  it('gets large bodies through small windows, both ways at once', async () => {
    const small = { ...DEFAULT_HTTP2_OPTIONS, initialStreamWindow: 65_535, initialConnectionWindow: 65_535 }
    const session = open(await echoProxy({ http2: small }), { initialWindowSize: 20_000 })
    const body = Buffer.alloc(3_000_000, 'abcdefghij')
    const answers = await Promise.all([ask(session, '/1', body), ask(session, '/2', body)])
    for (const answer of answers) expect(answer.body.equals(body)).toBe(true)
  })

  it('gets bodies of any size whole', async () => {
    const session = open(await echoProxy(), { initialWindowSize: 70_000 })
    const sizes = fc.array(fc.oneof(fc.nat(100), fc.constantFrom(16_383, 16_384, 16_385, 65_535, 65_536, 200_000)), {
      maxLength: 5,
    })
    await fc.assert(
      fc.asyncProperty(sizes, async (list) => {
        const bodies = list.map((size, index) => Buffer.alloc(size, String(index)))
        const answers = await Promise.all(bodies.map((body) => ask(session, '/', body)))
        expect(answers.map(({ body }) => body.length)).toEqual(list)
        expect(answers.every(({ body }, index) => body.equals(bodies[index] as Buffer))).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('that does not read one answer still gets others', async () => {
    const upstream = await startHttp(cleanup, (_request, response) => response.end(Buffer.alloc(5_000_000)))
    const proxy = await startProxy(cleanup, { clusters: [cluster('u', [upstream])], routes: [route('/', 'u')] })
    const session = open(proxy)
    const unread = session.request({ ':path': '/unread' })
    unread.on('response', () => unread.pause())
    const answer = await get(session, '/')
    expect(answer.body.length).toBe(5_000_000)
    unread.resume()
    expect((await answerOf(unread)).body.length).toBeGreaterThan(4_000_000)
  })

  it('that resets a stream makes the upstream hear of it', async () => {
    let reached = 0
    let closed = 0
    const upstream = await startHttp(cleanup, (request) => {
      reached += 1
      request.on('close', () => (closed += 1))
    })
    const proxy = await startProxy(cleanup, { clusters: [cluster('u', [upstream])], routes: [route('/', 'u')] })
    const stream = open(proxy).request({ ':path': '/' })
    stream.on('error', () => {})
    await eventually(() => reached === 1)
    stream.close(8)
    await eventually(() => closed === 1 && proxy.log.length === 1)
    expect(proxy.log.join('')).toMatch(/^GET \/ 0 DR http2\.remote_reset 0 0/)
  })

  it('hears that an answer was cut', async () => {
    const upstream = await startHttp(cleanup, (_request, response) => {
      response.writeHead(200, { 'content-length': 10 })
      response.write('half')
      setImmediate(() => response.destroy())
    })
    const proxy = await startProxy(cleanup, { clusters: [cluster('u', [upstream])], routes: [route('/', 'u')] })
    await expect(get(open(proxy), '/')).rejects.toThrow(/INTERNAL_ERROR/)
  })

  it('is told to go when the proxy drains, after what it has under way', async () => {
    const proxy = await echoProxy()
    const session = open(proxy)
    const stream = session.request({ ':method': 'POST', ':path': '/' })
    const answer = answerOf(stream)
    stream.write('a')
    await eventually(() => proxy.runtime.activeRequests === 1)
    const goAways: number[] = []
    session.on('goaway', (code) => goAways.push(code))
    const closed = new Promise((resolve) => session.on('close', resolve))
    proxy.runtime.drain(50)
    await eventually(() => goAways.length === 2)
    stream.end('b')
    expect((await answer).body.toString()).toBe('ab')
    await closed
  })

  it('speaks WebSocket by an extended CONNECT, with a server that wants an Upgrade', async () => {
    const heads: string[] = []
    const upstream = await startTcp(cleanup, (socket) => {
      socket.once('data', (head) => {
        heads.push(head.toString('latin1'))
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\nhi ')
        socket.on('data', (bytes) => socket.write(bytes))
        socket.on('end', () => socket.end(' bye'))
      })
    })
    const http = { upgrades: ['websocket'], http2: { ...DEFAULT_HTTP2_OPTIONS, allowConnect: true } }
    const clusters = [cluster('ws', [upstream])]
    const proxy = await startProxy(cleanup, { clusters, routes: [route('/', 'ws')], http })
    const session = open(proxy)
    await new Promise((resolve) => session.once('remoteSettings', resolve))
    const stream = session.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat' })
    const answer = answerOf(stream)
    stream.end('there')
    const { status, headers, body } = await answer
    expect([status, body.toString()]).toEqual([200, 'hi there bye'])
    expect(Object.keys(headers)).not.toContain('upgrade')
    expect(heads[0]).toMatch(/^GET \/chat HTTP\/1\.1\r\n/)
    expect(heads[0]).toMatch(/\r\nconnection: upgrade\r\nupgrade: websocket\r\n/i)
  })

  it('leaves nothing behind', async () => {
    const proxy = await echoProxy()
    for (let round = 0; round < 5; round += 1) {
      const session = open(proxy)
      for (let stream = 0; stream < 20; stream += 1)
        session.request({ ':method': 'POST', ':path': '/' }).on('error', () => {})
      await ask(session, '/')
      session.destroy()
    }
    await eventually(() => proxy.runtime.activeConnections === 0 && proxy.runtime.activeRequests === 0)
  })
})
