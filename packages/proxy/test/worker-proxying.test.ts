import { afterEach, describe, expect, it } from 'vitest'
import {
  Cleanup,
  cluster,
  get,
  RawClient,
  refusedPort,
  route,
  sendRaw,
  startHttp,
  startProxy,
  startTcp,
} from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

/** An upstream that answers with what it got. */
async function startEcho(): Promise<number> {
  return startHttp(cleanup, (request, response) => {
    let body = ''
    request.setEncoding('latin1')
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      const text = JSON.stringify({ method: request.method, url: request.url, headers: request.rawHeaders, body })
      response
        .writeHead(200, { 'Content-Length': text.length, 'X-Upstream': 'yes', 'Keep-Alive': 'timeout=9' })
        .end(text)
    })
  })
}

async function startEchoProxy(http = {}) {
  const port = await startEcho()
  return startProxy(cleanup, { routes: [route('/', 'echo')], clusters: [cluster('echo', [port])], http })
}

/** The last of several answers' body as JSON. */
function echoed(text: string): { method: string; url: string; headers: string[]; body: string } {
  return JSON.parse(text.slice(text.lastIndexOf('\r\n\r\n{') + 4))
}

describe('a request through the proxy', () => {
  it('comes to the upstream with lower-case names, without hop-by-hop fields, with an id', async () => {
    const { port } = await startEchoProxy()
    const text = await sendRaw(
      cleanup,
      port,
      'GET /a?b HTTP/1.1\r\nHost: shop\r\nX-Thing: 1\r\nConnection: close, X-Hop\r\nX-Hop: 2\r\nTE: gzip\r\nKeep-Alive: 3\r\nProxy-Connection: x\r\n\r\n',
    )
    const { method, url, headers } = echoed(text)
    expect([method, url]).toEqual(['GET', '/a?b'])
    const id = headers[headers.indexOf('x-request-id') + 1]
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(headers).toEqual([
      ...['host', 'shop', 'x-thing', '1', 'x-forwarded-proto', 'http', 'x-request-id', id],
      ...['x-envoy-expected-rq-timeout-ms', '15000'],
    ])
  })

  it('gets the answer with server, date and service time, and closes when asked to', async () => {
    const { port } = await startEchoProxy()
    const text = await sendRaw(cleanup, port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    const [head] = text.split('\r\n\r\n') as [string]
    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(head).toMatch(/\r\nserver: envoy(\r\n|$)/)
    expect(head).toMatch(/\r\ndate: /)
    expect(head).toMatch(/\r\nx-envoy-upstream-service-time: \d+/)
    expect(head).toMatch(/\r\nx-upstream: yes/)
    expect(head).toMatch(/\r\nconnection: close$/)
    expect(head).not.toMatch(/keep-alive/i)
  })

  it('carries bodies of known length and chunked ones, empty or large', async () => {
    const { port } = await startEchoProxy()
    for (const size of [0, 1, 1000, 70_000, 300_000]) {
      const body = 'x'.repeat(size)
      expect(JSON.parse((await get(port, '/p', { method: 'POST', body })).body).body).toBe(body)
      const stream = new Blob([body]).stream()
      const init = { method: 'POST', body: stream, duplex: 'half' } as RequestInit
      expect(JSON.parse((await get(port, '/c', init)).body).body).toBe(body)
    }
  })

  it('decodes and encodes chunks anew, and drops extensions and trailers', async () => {
    const { port } = await startEchoProxy()
    const client = new RawClient(cleanup, port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n')
    client.send('2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n')
    const { body, headers } = echoed(await client.until(({ received }) => received.endsWith('}')))
    expect(body).toBe('abcde')
    expect(headers).toContain('transfer-encoding')
    expect(headers).not.toContain('content-length')
  })

  it('streams: the head and each part pass before the next is there', async () => {
    const upstream = await startTcp(cleanup, (socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n')
        socket.once('data', () => socket.end('6\r\nsecond\r\n0\r\n\r\n'))
      })
    })
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters: [cluster('up', [upstream])] })
    const client = new RawClient(cleanup, port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab')
    await client.untilText('first')
    client.send('cd')
    expect(await client.untilText('0\r\n\r\n')).toContain('5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n')
  })

  it('answers pipelined requests in order', async () => {
    const upstream = await startHttp(cleanup, (request, response) => {
      // The first takes longest: order must not depend on the upstream.
      setTimeout(() => response.end(`[${request.url}]`), request.url === '/1' ? 30 : 0)
    })
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters: [cluster('up', [upstream])] })
    const client = new RawClient(cleanup, port)
    const one = (path: string) => `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxx`
    client.send(`${one('/1')}${one('/2')}${one('/3')}\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\nGET /5 HT`)
    await client.untilText('[/4]')
    client.send('TP/1.1\r\nHost: a\r\n\r\n')
    const text = await client.untilText('[/5]')
    expect(text.match(/\[\/\d\]/g)).toEqual(['[/1]', '[/2]', '[/3]', '[/4]', '[/5]'])
  })

  it('survives many pipelined requests that it answers itself', async () => {
    const { port } = await startProxy(cleanup, { routes: [], clusters: [] })
    const client = new RawClient(cleanup, port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(5000))
    const count = ({ received }: RawClient) => received.split('HTTP/1.1 404').length - 1
    await client.until((it) => count(it) === 5000)
  })

  it('knows answers without a body', async () => {
    const upstream = await startHttp(cleanup, (request, response) => {
      const status = Number((request.url as string).slice(1))
      response.writeHead(
        status,
        status === 304 ? { 'Content-Length': '7' } : request.method === 'HEAD' ? { 'Content-Length': '9' } : {},
      )
      response.end()
    })
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters: [cluster('up', [upstream])] })
    const client = new RawClient(cleanup, port)
    client.send(
      'HEAD /200 HTTP/1.1\r\nHost: a\r\n\r\nGET /204 HTTP/1.1\r\nHost: a\r\n\r\nGET /304 HTTP/1.1\r\nHost: a\r\n\r\n',
    )
    client.send('GET /205 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    const heads = (await client.untilEnd()).split('\r\n\r\n')
    expect(heads.slice(0, 3).map((head) => head.split('\r\n')[0])).toEqual([
      'HTTP/1.1 200 OK',
      'HTTP/1.1 204 No Content',
      'HTTP/1.1 304 Not Modified',
    ])
    expect(heads[0]).toContain('content-length: 9')
    expect(heads[1]).not.toContain('content-length')
    expect(heads[2]).toContain('content-length: 7')
    expect(heads[3]).toMatch(/^HTTP\/1.1 205/)
  })

  it('passes an answer that ends with its connection as chunks', async () => {
    const upstream = await startTcp(cleanup, (socket) => {
      socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nold style'))
    })
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters: [cluster('up', [upstream])] })
    const text = await sendRaw(cleanup, port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(text).toContain('transfer-encoding: chunked')
    expect(text).toMatch(/9\r\nold style\r\n0\r\n\r\n$/)
  })

  it('answers 100 Continue at once and keeps that to itself', async () => {
    const { port } = await startEchoProxy()
    const client = new RawClient(cleanup, port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n')
    await client.untilText('HTTP/1.1 100 Continue\r\n\r\n')
    client.send('abc')
    const { body, headers } = echoed(await client.untilText('"abc"'))
    expect(body).toBe('abc')
    expect(headers).not.toContain('expect')
  })

  it('takes the authority from an absolute target, for use as an HTTP proxy', async () => {
    const port = await startEcho()
    const passthrough = cluster('PassthroughCluster', [], { discovery: 'original-dst', balancer: 'cluster-provided' })
    const proxy = await startProxy(cleanup, { routes: [route('/', 'PassthroughCluster')], clusters: [passthrough] })
    const target = `http://127.0.0.1:${port}/x?y=1`
    const text = await sendRaw(
      cleanup,
      proxy.port,
      `GET ${target} HTTP/1.1\r\nHost: wrong\r\nConnection: close\r\n\r\n`,
    )
    const { url, headers } = echoed(text)
    expect(url).toBe('/x?y=1')
    expect(headers.slice(0, 2)).toEqual(['host', `127.0.0.1:${port}`])
  })

  it('serves HTTP/1.0 where that is allowed', async () => {
    const { port } = await startEchoProxy({ acceptHttp10: true })
    const text = await sendRaw(cleanup, port, 'GET / HTTP/1.0\r\nHost: a\r\n\r\n')
    expect(text).toMatch(/^HTTP\/1.0 200 OK\r\n/)
    expect(text).toContain('connection: close')
  })

  it('opens a tunnel for an upgrade that is allowed', async () => {
    const upstream = await startTcp(cleanup, (socket) => {
      socket.once('data', (head) => {
        expect(head.toString()).toMatch(/connection: Upgrade\r\nupgrade: websocket\r\n/)
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello')
        socket.on('data', (data) => socket.write(`<${data}>`))
        socket.on('end', () => socket.end('bye'))
      })
    })
    const { port, log } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [upstream])],
      http: { upgrades: ['websocket'] },
    })
    const client = new RawClient(cleanup, port)
    client.send('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    const head = await client.untilText('hello')
    expect(head).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/)
    expect(head).toMatch(/connection: Upgrade\r\nupgrade: websocket\r\n/)
    client.send('ping')
    await client.untilText('<ping>')
    client.socket.end()
    expect(await client.untilEnd()).toMatch(/bye$/)
    await client.until(({ closed }) => closed || log.length > 0)
    expect(log[0]).toBe('GET /ws 101 - via_upstream 4 14')
  })
})

describe('answers of the proxy itself', () => {
  it.each([
    ['no route', '/nowhere', 404, '', 'NR route_not_found'],
    ['no cluster', '/nc', 503, '', 'NC cluster_not_found'],
    ['no endpoint', '/none', 503, 'no healthy upstream', 'UH no_healthy_upstream'],
    [
      'a refused connection',
      '/refused',
      503,
      'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure',
      'UF upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}',
    ],
    [
      'a connection that closes',
      '/die',
      503,
      'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
      'UC upstream_reset_before_response_started{connection_termination}',
    ],
    [
      'a broken answer',
      '/bad',
      502,
      'upstream connect error or disconnect/reset before headers. reset reason: protocol error',
      'UPE upstream_reset_before_response_started{protocol_error}',
    ],
    [
      'an exhausted circuit',
      '/over',
      503,
      'upstream connect error or disconnect/reset before headers. reset reason: overflow',
      'UO upstream_reset_before_response_started{overflow}',
    ],
    ['a slow upstream', '/slow', 504, 'upstream request timeout', 'UT response_timeout'],
  ])('for %s are those of Envoy', async (_, path, status, body, logged) => {
    const silent = await startTcp(cleanup, (socket) => void socket.resume())
    const dying = await startTcp(cleanup, (socket) => void socket.on('data', () => socket.destroy()))
    const broken = await startTcp(cleanup, (socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'))
    })
    const none = { maxConnections: 1, maxPendingRequests: 1, maxRequests: 0, maxRetries: 1 }
    const { port, log } = await startProxy(cleanup, {
      routes: [
        route('/nc', 'missing'),
        route('/none', 'none'),
        route('/refused', 'refused'),
        route('/die', 'die'),
        route('/bad', 'bad'),
        route('/over', 'over'),
        route('/slow', 'slow', { timeoutMs: 50 }),
      ],
      clusters: [
        cluster('none', []),
        cluster('refused', [await refusedPort()]),
        cluster('die', [dying]),
        cluster('bad', [broken]),
        cluster('over', [silent], { limits: none }),
        cluster('slow', [silent]),
      ],
    })
    const answer = await get(port, path)
    expect([answer.status, answer.body]).toEqual([status, body])
    expect(answer.headers.get('server')).toBe('envoy')
    expect(answer.headers.get('x-envoy-overloaded')).toBe(path === '/over' ? 'true' : null)
    expect(log).toEqual([`GET ${path} ${status} ${logged} 0 ${body.length}`])
  })

  it.each([
    ['GET / HTTP/1.0\r\n\r\n', 426, 'DPE low_version'],
    ['GET / HTTP/1.1\r\n\r\n', 400, '- missing_host_header'],
    ['GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n', 400, '- path_normalization_failed'],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400, 'DPE http1.codec_error'],
    [
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n',
      501,
      'DPE http1.invalid_transfer_encoding',
    ],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(61_500)}`, 431, 'DPE http1.headers_too_large'],
    [`GET / HTTP/1.1\r\nHost: a\r\n${'x: y\r\n'.repeat(120)}\r\n`, 431, 'DPE http1.too_many_headers'],
    ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400, 'DPE http1.codec_error'],
    ['GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n', 403, '- upgrade_failed'],
    ['GET / HTTP/1.1\nHost: a\n\n', 400, 'DPE http1.invalid_characters'],
  ])('refuse %j with %d and close', async (request, status, logged) => {
    const { port, log } = await startEchoProxy()
    const text = await sendRaw(cleanup, port, request)
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(text).toMatch(/\r\nconnection: close\r\n/)
    expect(log).toHaveLength(1)
    expect(log[0]).toContain(`${status} ${logged}`)
  })

  it('never forward what follows a refused request on the same connection', async () => {
    const { port, log } = await startEchoProxy()
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
    await sendRaw(
      cleanup,
      port,
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    )
    expect(log.join()).not.toContain('smuggled')
  })

  it('come whole before a body that nobody wants, and end the connection', async () => {
    const { port } = await startProxy(cleanup, { routes: [], clusters: [] })
    for (const body of ['01234', 'x'.repeat(200_000)]) {
      const text = await sendRaw(cleanup, port, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n${body}`)
      expect(text).toMatch(/^HTTP\/1.1 404 Not Found\r\n[\s\S]*connection: close\r\n\r\n$/)
    }
  })

  it('redirect and answer directly', async () => {
    const headers = { request: [], response: [{ op: 'set', name: 'x-added', value: 'by-route' }] } as const
    const match = (value: string) =>
      ({ path: { kind: 'prefix', value }, caseSensitive: true, headers: [], query: [] }) as const
    const { port } = await startProxy(cleanup, {
      routes: [
        {
          name: '',
          match: match('/old'),
          headers,
          action: { kind: 'redirect', status: 301, path: '/new', stripQuery: false },
        },
        { name: '', match: match('/direct'), headers, action: { kind: 'direct', status: 418, body: 'teapot ☕' } },
      ],
      clusters: [],
    })
    const moved = await get(port, '/old?q', { redirect: 'manual' })
    expect([moved.status, moved.headers.get('location')]).toEqual([301, `http://127.0.0.1:${port}/new?q`])
    const direct = await get(port, '/direct')
    expect([direct.status, direct.body, direct.headers.get('x-added')]).toEqual([418, 'teapot ☕', 'by-route'])
  })
})

describe('at an edge', () => {
  it('says who the client is, and drops what only the mesh may say', async () => {
    const { port } = await startEchoProxy({ useRemoteAddress: true })
    const headers = {
      'X-Forwarded-For': '1.2.3.4',
      'X-Forwarded-Proto': 'https',
      'X-Envoy-Internal': 'true',
      'X-Envoy-Retry-On': '5xx',
      'X-Forwarded-Client-Cert': 'By=spiffe://evil',
      'X-Request-Id': 'mine',
    }
    const { headers: raw } = JSON.parse((await get(port, '/', { headers })).body) as { headers: string[] }
    const value = (name: string) => (raw.includes(name) ? raw[raw.indexOf(name) + 1] : undefined)
    expect(value('x-forwarded-for')).toBe('1.2.3.4,127.0.0.1')
    expect(value('x-forwarded-proto')).toBe('http')
    expect(value('x-envoy-external-address')).toBe('127.0.0.1')
    for (const name of ['x-envoy-internal', 'x-envoy-retry-on', 'x-forwarded-client-cert'])
      expect(value(name)).toBe(undefined)
    expect(value('x-request-id')).not.toBe('mine')
  })

  it('trusts as many proxies as it is told', async () => {
    const { port } = await startEchoProxy({
      useRemoteAddress: true,
      xffNumTrustedHops: 1,
      preserveExternalRequestId: true,
    })
    const headers = { 'X-Forwarded-For': '6.6.6.6, 1.2.3.4', 'X-Forwarded-Proto': 'https', 'X-Request-Id': 'mine' }
    const { headers: raw } = JSON.parse((await get(port, '/', { headers })).body) as { headers: string[] }
    const value = (name: string) => raw[raw.indexOf(name) + 1]
    expect(value('x-envoy-external-address')).toBe('1.2.3.4')
    expect(value('x-forwarded-proto')).toBe('https')
    expect(value('x-request-id')).toBe('mine')
  })
})
