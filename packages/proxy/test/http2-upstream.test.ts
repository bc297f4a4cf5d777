import { constants } from 'node:http2'
import { afterEach, describe, expect, it } from 'vitest'
import { http2Cluster, startHttp2 } from './http2-fixture.ts'
import { Cleanup, eventually, get, RawClient, route, startProxy, startTcp } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const post = (body: string) => ({ method: 'POST', body })

describe('an HTTP/2 upstream', () => {
  it('gets requests of HTTP/1.1 clients as streams of one connection', async () => {
    const server = await startHttp2(cleanup, (stream, headers) => {
      let length = 0
      stream.on('data', (chunk: Buffer) => (length += chunk.length))
      stream.on('end', () => {
        stream.respond({ ':status': 200, 'x-path': headers[':path'] as string })
        stream.end(`${headers[':method']} ${headers[':authority']} ${length}`)
      })
    })
    const clusters = [http2Cluster('up', [server.port])]
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters })
    const sizes = Array.from({ length: 20 }, (_, index) => (index % 2) * index * 10_000)
    const answers = await Promise.all(
      sizes.map((size, index) => get(port, `/${index}`, size > 0 ? post('x'.repeat(size)) : {})),
    )
    answers.forEach((answer, index) => {
      const size = sizes[index] as number
      expect([answer.status, answer.headers.get('x-path')]).toEqual([200, `/${index}`])
      expect(answer.body).toBe(`${size > 0 ? 'POST' : 'GET'} 127.0.0.1:${port} ${size}`)
    })
    expect(server.sessions).toHaveLength(1)
  })

  it('that goes away loses no request that it has not begun', async () => {
    let first = true
    const server = await startHttp2(cleanup, (stream, _headers, session) => {
      if (session !== server.sessions[0]) stream.respond({ ':status': 200 }, { endStream: true })
      else if (first) {
        // The first stream is answered late, all others are not looked at.
        first = false
        setTimeout(() => {
          session.goaway(constants.NGHTTP2_NO_ERROR, stream.id as number)
          stream.respond({ ':status': 200 }, { endStream: true })
        }, 50)
      }
    })
    const clusters = [http2Cluster('up', [server.port])]
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters })
    const all = [get(port, '/0')]
    await eventually(() => server.sessions.length === 1)
    for (let index = 1; index < 10; index += 1) all.push(get(port, `/${index}`, post('body')))
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(server.sessions).toHaveLength(2)
  })

  it('that refuses streams gets them again, whatever the method', async () => {
    let count = 0
    const server = await startHttp2(cleanup, (stream) => {
      count += 1
      if (count % 3 === 0) stream.close(constants.NGHTTP2_REFUSED_STREAM)
      else stream.respond({ ':status': 200 }, { endStream: true })
    })
    const clusters = [http2Cluster('up', [server.port])]
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters })
    for (let index = 0; index < 30; index += 1) expect((await get(port, '/', post('body'))).status).toBe(200)
    expect(count).toBeGreaterThan(40)
  })

  it('gets no more streams at a time than it allows', async () => {
    let active = 0
    let most = 0
    const settings = { maxConcurrentStreams: 2 }
    const server = await startHttp2(
      cleanup,
      (stream) => {
        active += 1
        most = Math.max(most, active)
        stream.on('close', () => (active -= 1))
        setTimeout(() => stream.respond({ ':status': 200 }, { endStream: true }), 5)
      },
      settings,
    )
    const limits = { maxConnections: 1, maxPendingRequests: 100, maxRequests: 100, maxRetries: 3 }
    const clusters = [http2Cluster('up', [server.port], { limits })]
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters })
    expect((await get(port)).status).toBe(200)
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(port)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(most).toBe(2)
    expect(server.sessions).toHaveLength(1)
  })

  it('may restart its connections gracefully under load', async () => {
    let count = 0
    const server = await startHttp2(cleanup, (stream, _headers, session) => {
      count += 1
      if (count % 20 === 0) session.close()
      stream.respond({ ':status': 200 }, { endStream: true })
    })
    const clusters = [http2Cluster('up', [server.port])]
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters })
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => get(port, '/', post('x'))))
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    }
    expect(server.sessions.length).toBeGreaterThan(3)
  })

  it('that does not answer PING is given up', async () => {
    const silent = await startTcp(cleanup, (socket) => socket.resume())
    const keepalive = { intervalMs: 20, timeoutMs: 50, jitterPercent: 0, idleIntervalMs: 0 }
    const clusters = [http2Cluster('up', [silent], {}, { keepalive })]
    const { port, log } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters })
    expect((await get(port)).status).toBe(503)
    expect(log[0]).toMatch(/UC upstream_reset_before_response_started/)
  })

  it('that speaks no HTTP/2 gives 502', async () => {
    const other = await startTcp(cleanup, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const clusters = [http2Cluster('up', [other])]
    const { port, log } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters })
    expect((await get(port)).status).toBe(502)
    expect(log[0]).toMatch(/UPE upstream_reset_before_response_started\{protocol_error\}/)
  })

  it('sends no more than its client takes', async () => {
    const size = 20_000_000
    const server = await startHttp2(cleanup, (stream) => {
      stream.respond({ ':status': 200 })
      stream.end(Buffer.alloc(size, 'x'))
      streams.push(stream)
    })
    const streams: { writableLength: number }[] = []
    const windows = { initialStreamWindow: 65_535, initialConnectionWindow: 65_535 }
    const clusters = [http2Cluster('up', [server.port], {}, windows)]
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters })
    const client = new RawClient(cleanup, port)
    client.socket.pause()
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    await eventually(() => streams.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(streams[0]?.writableLength).toBeGreaterThan(size / 4)
    client.socket.resume()
    const text = await client.untilEnd()
    expect(text.length).toBeGreaterThan(size)
  })

  it('loses its connections when they are too old or too idle, and no request', async () => {
    const server = await startHttp2(cleanup, (stream) => stream.respond({ ':status': 200 }, { endStream: true }))
    const clusters = [http2Cluster('up', [server.port], { maxConnectionDurationMs: 300, idleTimeoutMs: 10_000 })]
    const { port, runtime } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters })
    expect((await get(port)).status).toBe(200)
    await eventually(() => runtime.clusters[0]?.stats.upstreamCxActive === 0)
    expect((await get(port)).status).toBe(200)
    expect(server.sessions).toHaveLength(2)
    runtime.putCluster(http2Cluster('up', [server.port], { idleTimeoutMs: 20 }))
    await eventually(() => runtime.clusters[0]?.stats.upstreamCxActive === 0)
    expect((await get(port)).status).toBe(200)
    await eventually(() => runtime.clusters[0]?.stats.upstreamCxActive === 0)
  })
})
