import { Agent, request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { RetryConfig } from '../src/config/model.ts'
import {
  Cleanup,
  cluster,
  endpoint,
  eventually,
  get,
  listener,
  RawClient,
  refusedPort,
  retryOn,
  route,
  routeConfig,
  startHttp,
  startProxy,
  startTcp,
} from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('retries', () => {
  it('go to another endpoint when a connection fails', async () => {
    const good = await startHttp(cleanup, (_, response) => response.end('ok'))
    const { port, log } = await startProxy(cleanup, {
      routes: [route('/', 'up', { retry: retryOn('connect-failure') })],
      clusters: [cluster('up', [await refusedPort(), good])],
    })
    for (let count = 0; count < 6; count += 1) {
      expect((await get(port, '/', { method: 'POST', body: 'x'.repeat(5000) })).body).toBe('ok')
    }
    expect(new Set(log)).toEqual(new Set(['POST / 200 - via_upstream 5000 2']))
  })

  it.each<[string, RetryConfig, number]>([
    ['5xx', retryOn('5xx'), 3],
    ['gateway-error', retryOn('gateway-error'), 3],
    ['retriable-status-codes', { ...retryOn('retriable-status-codes'), statusCodes: [503] }, 3],
    ['other status codes', { ...retryOn('retriable-status-codes'), statusCodes: [500] }, 1],
    ['connect-failure', retryOn('connect-failure', 'refused-stream', 'unavailable', 'cancelled'), 1],
  ])('on %s after a 503', async (_, retry, tries) => {
    const bodies: string[] = []
    const upstream = await startHttp(cleanup, (request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        bodies.push(body)
        response.writeHead(503).end('no')
      })
    })
    const { port, log } = await startProxy(cleanup, {
      routes: [route('/', 'up', { retry })],
      clusters: [cluster('up', [upstream])],
    })
    const answer = await get(port, '/', { method: 'POST', body: 'again' })
    expect([answer.status, answer.body]).toEqual([503, 'no'])
    expect(bodies).toEqual(Array(tries).fill('again'))
    expect(log).toEqual([`POST / 503 ${tries > 1 ? 'URX' : '-'} via_upstream 5 2`])
  })

  it('say so when the last try failed, too', async () => {
    const { port } = await startProxy(cleanup, {
      routes: [route('/', 'up', { retry: retryOn('connect-failure') })],
      clusters: [cluster('up', [await refusedPort()])],
    })
    const { body } = await get(port)
    expect(body).toContain('retried and the latest reset reason: remote connection failure')
  })

  it('replace a try that takes too long', async () => {
    let connections = 0
    const upstream = await startTcp(cleanup, (socket) => {
      connections += 1
      const slow = connections === 1
      socket.on('data', () => void (slow || socket.write(OK)))
    })
    const { port } = await startProxy(cleanup, {
      routes: [route('/', 'up', { retry: { ...retryOn('5xx'), perTryTimeoutMs: 1_000 } })],
      clusters: [cluster('up', [upstream])],
    })
    expect((await get(port)).body).toBe('ok')
    expect(connections).toBe(2)
  })

  it('are limited by the circuit', async () => {
    const upstream = await startHttp(cleanup, (_, response) => response.writeHead(503).end())
    const limits = { maxConnections: 1024, maxPendingRequests: 1024, maxRequests: 1024, maxRetries: 0 }
    const { port, log } = await startProxy(cleanup, {
      routes: [route('/', 'up', { retry: retryOn('5xx') })],
      clusters: [cluster('up', [upstream], { limits })],
    })
    await get(port)
    expect(log).toEqual(['GET / 503 UO via_upstream 0 0'])
  })

  it('do not happen for a body that is too large to keep', async () => {
    let tries = 0
    const upstream = await startHttp(cleanup, (request, response) => {
      tries += 1
      request.resume().on('end', () => response.writeHead(503).end())
    })
    const { port } = await startProxy(cleanup, {
      routes: [route('/', 'up', { retry: retryOn('5xx') })],
      clusters: [cluster('up', [upstream])],
    })
    expect((await get(port, '/', { method: 'POST', body: 'x'.repeat(1_200_000) })).status).toBe(503)
    expect(tries).toBe(1)
  })

  it('leave the connection of an answer without a body to the next request', async () => {
    let connections = 0
    let requests = 0
    const upstream = await startTcp(cleanup, (socket) => {
      connections += 1
      socket.on('data', () => {
        requests += 1
        socket.write(requests % 2 === 1 ? 'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n' : OK)
      })
    })
    const limits = { maxConnections: 1, maxPendingRequests: 100, maxRequests: 100, maxRetries: 100 }
    const { port } = await startProxy(cleanup, {
      routes: [route('/', 'up', { retry: { ...retryOn('5xx'), numRetries: 20 } })],
      clusters: [cluster('up', [upstream], { limits })],
    })
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(port)))
    expect(answers.map(({ body }) => body)).toEqual(Array(8).fill('ok'))
    expect(connections).toBe(1)
  })

  it('leave no trace in the circuit', async () => {
    const { port, runtime } = await startProxy(cleanup, {
      routes: [route('/', 'up', { retry: { ...retryOn('connect-failure'), backoff: { baseMs: 2000, maxMs: 2000 } } })],
      clusters: [cluster('up', [await refusedPort()])],
      random: () => 0.9,
    })
    const client = new RawClient(cleanup, port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const { circuit } = runtime.clusters[0] as (typeof runtime.clusters)[number]
    await eventually(() => circuit.retries === 1)
    client.socket.destroy()
    await eventually(() => circuit.retries === 0)
    expect([circuit.requests, circuit.pending, circuit.connections]).toEqual([0, 0, 0])
  })
})

describe('a connection that the upstream closed while it was idle', () => {
  /** Answers the first request of each connection and closes it when the second one comes, without an answer. */
  async function startForgetful() {
    let connections = 0
    const port = await startTcp(cleanup, (socket) => {
      connections += 1
      socket.once('data', () => {
        socket.write(OK)
        socket.once('data', () => socket.destroy())
      })
    })
    const proxy = await startProxy(cleanup, { routes: [route('/', 'up')], clusters: [cluster('up', [port])] })
    return { ...proxy, connections: () => connections }
  }

  it('costs an idempotent request nothing but another connection', async () => {
    const { port, connections } = await startForgetful()
    for (const method of ['GET', 'GET', 'PUT', 'DELETE']) {
      const body = method === 'PUT' ? 'x'.repeat(1000) : undefined
      expect((await get(port, '/', { method, body })).status).toBe(200)
    }
    expect(connections()).toBe(4)
  })

  it('fails one that must not be sent twice', async () => {
    const { port, log } = await startForgetful()
    await get(port)
    expect((await get(port, '/', { method: 'POST', body: 'x' })).status).toBe(503)
    expect(log[1]).toContain('503 UC upstream_reset_before_response_started{connection_termination}')
  })

  it('is not used if its end was seen', async () => {
    let connections = 0
    const upstream = await startTcp(cleanup, (socket) => {
      connections += 1
      socket.on('data', () => socket.end(OK))
    })
    const { port, runtime } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [upstream])],
    })
    const { circuit } = runtime.clusters[0] as (typeof runtime.clusters)[number]
    for (let count = 1; count <= 3; count += 1) {
      expect((await get(port, '/', { method: 'POST', body: 'x' })).status).toBe(200)
      await eventually(() => circuit.connections === 0)
      expect(connections).toBe(count)
    }
  })
})

describe('limits', () => {
  it('make requests wait for a connection, and refuse what is too much', async () => {
    const held: (() => void)[] = []
    const upstream = await startHttp(cleanup, (_, response) => void held.push(() => response.end('ok')))
    const limits = { maxConnections: 1, maxPendingRequests: 1, maxRequests: 1024, maxRetries: 3 }
    const { port, runtime } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [upstream], { limits })],
    })
    const { circuit } = runtime.clusters[0] as (typeof runtime.clusters)[number]
    const first = get(port)
    await eventually(() => held.length === 1)
    const second = get(port)
    await eventually(() => circuit.pending === 1)
    expect((await get(port)).status).toBe(503)
    held[0]?.()
    expect((await first).status).toBe(200)
    await eventually(() => held.length === 2)
    held[1]?.()
    expect((await second).status).toBe(200)
    expect(circuit.stats.upstreamCxTotal).toBe(1)
  })

  it('time out a head, a request and a stream that do not go on', async () => {
    const silent = await startTcp(cleanup, (socket) => void socket.resume())
    const start = (http: object) =>
      startProxy(cleanup, { routes: [route('/', 'up')], clusters: [cluster('up', [silent])], http })
    const cases = [
      [await start({ requestHeadersTimeoutMs: 40 }), 'GET / HT', '408 - request_header_timeout'],
      [
        await start({ requestTimeoutMs: 40 }),
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx',
        '408 - request_overall_timeout',
      ],
      [
        await start({ streamIdleTimeoutMs: 200 }),
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx',
        '408 SI stream_idle_timeout',
      ],
      [await start({ streamIdleTimeoutMs: 200 }), 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', '504 SI stream_idle_timeout'],
    ] as const
    for (const [{ port, log }, text, logged] of cases) {
      const client = new RawClient(cleanup, port)
      client.send(text)
      await client.untilText(`HTTP/1.1 ${logged.slice(0, 3)}`)
      expect(log[0]).toContain(logged)
    }
  })

  it('close a connection that is idle, and one that has carried enough', async () => {
    const idle = await startProxy(cleanup, { routes: [], clusters: [], http: { idleTimeoutMs: 40 } })
    await new RawClient(cleanup, idle.port).untilEnd()
    const { port } = await startProxy(cleanup, { routes: [], clusters: [], http: { maxRequestsPerConnection: 2 } })
    const client = new RawClient(cleanup, port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2))
    const text = await client.untilEnd()
    expect(text.split('connection: close').length).toBe(2)
  })

  it('give up the request when the client leaves', async () => {
    let closed = false
    const upstream = await startTcp(
      cleanup,
      (socket) =>
        void socket
          .resume()
          .on('close', () => (closed = true))
          .on('end', () => socket.end()),
    )
    const { port, log } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [upstream])],
    })
    const client = new RawClient(cleanup, port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await new Promise((resolve) => client.socket.once('connect', resolve))
    client.socket.end()
    await eventually(() => log.length === 1)
    expect(log).toEqual(['GET / 0 DC downstream_remote_disconnect 0 0'])
    await eventually(() => closed || log.length > 1)
  })
})

describe('back-pressure', () => {
  it('holds the upstream while the client does not read', async () => {
    let written = 0
    const upstream = await startTcp(cleanup, (socket) => {
      socket.once('data', () => {
        const total = 64 * 1024 * 1024
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`)
        const pump = () => {
          while (written < total) {
            written += 65_536
            if (!socket.write(Buffer.alloc(65_536, 'x'))) {
              socket.once('drain', pump)
              return
            }
          }
        }
        pump()
      })
    })
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters: [cluster('up', [upstream])] })
    const client = new RawClient(cleanup, port)
    let read = 0
    client.socket.removeAllListeners('data')
    client.socket.on('data', (data) => (read += data.length))
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await eventually(() => read > 0)
    client.socket.pause()
    let before = -1
    // It stands still once the buffers of proxy and kernel are full.
    while (before !== written) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(written).toBeLessThan(40 * 1024 * 1024)
    client.socket.resume()
    await eventually(() => read > 64 * 1024 * 1024)
  })

  it('holds the client while the upstream does not read', async () => {
    let received = 0
    const connected = Promise.withResolvers<Socket>()
    const total = 64 * 1024 * 1024
    const upstream = await startTcp(cleanup, (socket) => {
      socket.pause()
      connected.resolve(socket)
    })
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters: [cluster('up', [upstream])] })
    const client = new RawClient(cleanup, port)
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${total}\r\n\r\n`)
    let sent = 0
    const pump = () => {
      while (sent < total) {
        sent += 65_536
        if (!client.socket.write(Buffer.alloc(65_536, 'x'))) {
          client.socket.once('drain', pump)
          return
        }
      }
    }
    pump()
    const socket = await connected.promise
    let before = -1
    while (before !== sent) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(sent).toBeLessThan(40 * 1024 * 1024)
    socket.on('data', (data) => {
      received += data.length
      if (received > total) socket.write(OK)
    })
    socket.resume()
    await client.untilText('ok')
  })
})

describe('changes under load', () => {
  /** Sends requests one after the other on kept-alive connections until stopped; counts what is not 200. */
  function load(port: number, lanes: number) {
    const agent = new Agent({ keepAlive: true, maxSockets: lanes })
    const failures: string[] = []
    let running = true
    let count = 0
    const one = () =>
      new Promise<void>((resolve) => {
        const request = httpRequest({ port, host: '127.0.0.1', agent, path: '/' }, (response) => {
          if (response.statusCode !== 200) failures.push(String(response.statusCode))
          response.resume().on('end', resolve)
        })
        request.on('error', (error) => {
          failures.push(error.message)
          resolve()
        })
        request.end()
      })
    const lane = async () => {
      while (running) {
        await one()
        count += 1
      }
    }
    const done = Promise.all(Array.from({ length: lanes }, lane))
    return {
      failures,
      count: () => count,
      async stop() {
        running = false
        await done
        agent.destroy()
      },
    }
  }

  it('of endpoints fail no request', async () => {
    const ports = await Promise.all([1, 2, 3].map(() => startHttp(cleanup, (_, response) => response.end('ok'))))
    const { port, runtime } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [], { discovery: 'eds', edsServiceName: 'svc' })],
    })
    const assign = (endpoints: ReturnType<typeof endpoint>[]) => runtime.putEndpoints({ clusterName: 'svc', endpoints })
    assign(ports.map((each) => endpoint(each)))
    const running = load(port, 8)
    for (let round = 0; round < 15; round += 1) {
      const target = running.count() + 40
      await eventually(() => running.count() > target)
      const drained = ports[round % 3]
      if (round % 2 === 0) assign(ports.filter((each) => each !== drained).map((each) => endpoint(each)))
      else assign(ports.map((each) => endpoint(each, { health: each === drained ? 'draining' : 'healthy' })))
    }
    await running.stop()
    expect(running.failures).toEqual([])
    expect([...(runtime.clusters[0]?.endpoints ?? [])].reduce((sum, each) => sum + each.activeRequests, 0)).toBe(0)
    expect(runtime.activeRequests).toBe(0)
  })

  it.each(['draining', 'removed'])('close the idle connections of an endpoint that is %s', async (how) => {
    const upstream = await startHttp(cleanup, (_, response) => response.end('ok'))
    const { port, runtime } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [], { discovery: 'eds' })],
    })
    const assign = (endpoints: ReturnType<typeof endpoint>[]) => runtime.putEndpoints({ clusterName: 'up', endpoints })
    const { circuit } = runtime.clusters[0] as (typeof runtime.clusters)[number]
    assign([endpoint(upstream)])
    await get(port)
    expect(circuit.connections).toBe(1)
    assign(how === 'removed' ? [] : [endpoint(upstream, { health: 'draining' })])
    await eventually(() => circuit.connections === 0)
    expect((await get(port)).status).toBe(how === 'removed' ? 503 : 200)
  })

  it('of an upstream that closes its idle connections fail no request', async () => {
    const upstream = await startHttp(
      cleanup,
      (_, response) => response.end('ok'),
      (server) => {
        server.keepAliveTimeout = 1
        server.maxRequestsPerSocket = 3
      },
    )
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters: [cluster('up', [upstream])] })
    const running = load(port, 8)
    await eventually(() => running.count() > 600)
    await running.stop()
    expect(running.failures).toEqual([])
  })

  it('of an upstream that has closed all of its idle connections unseen fail no request', async () => {
    const kept = new Set<Socket>()
    const upstream = await startTcp(cleanup, (socket) => {
      socket.on('error', () => {})
      socket.on('data', () => {
        if (kept.has(socket)) {
          socket.destroy()
          return
        }
        kept.add(socket)
        if (kept.size === 5) for (const each of kept) each.write(OK)
        else if (kept.size > 5) socket.write(OK)
      })
    })
    const { port } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters: [cluster('up', [upstream])] })
    const at = () => get(port).then(({ status }) => status)
    expect(await Promise.all([at(), at(), at(), at(), at()])).toEqual([200, 200, 200, 200, 200])
    expect(await at()).toBe(200)
  })

  it('of routes, clusters and listeners close no connection', async () => {
    const [blue, green] = await Promise.all(
      ['blue', 'green'].map((name) => startHttp(cleanup, (_, response) => response.end(name))),
    )
    const { runtime } = await startProxy(cleanup, { routes: [], clusters: [] })
    runtime.putCluster(cluster('blue', [blue as number]))
    runtime.putCluster(cluster('green', [green as number]))
    await runtime.putListener(listener('rds', 0, { kind: 'rds', name: 'main' }))
    const port = runtime.listeners[1]?.address.port as number
    const client = new RawClient(cleanup, port)
    const ask = async () => {
      client.received = ''
      client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      await client.until(({ received, closed }) => closed || /\r\n\r\n(blue|green)$|404[\s\S]*\r\n\r\n$/.test(received))
      return /blue|green|404/.exec(client.received)?.[0]
    }
    expect(await ask()).toBe('404')
    runtime.putRoutes(routeConfig('main', [route('/', 'blue')]))
    expect(await ask()).toBe('blue')
    runtime.putRoutes(routeConfig('main', [route('/', 'green')]))
    expect(await ask()).toBe('green')
    await runtime.putListener(
      listener('rds', 0, { kind: 'inline', routes: routeConfig('', [route('/', 'blue')]) }, { statPrefix: 'new' }),
    )
    expect(await ask()).toBe('blue')
    expect(runtime.listeners[1]?.connectionsTotal).toBe(1)
    runtime.removeRoutes('main')
    runtime.removeCluster('blue')
    client.received = ''
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await client.untilText('503 Service Unavailable')
    expect(client.closed).toBe(false)
  })
})

describe('configuration that cannot be served', () => {
  it('is refused and leaves what was there', async () => {
    const upstream = await startHttp(cleanup, (_, response) => response.end('ok'))
    const good = cluster('up', [upstream])
    const { port, runtime } = await startProxy(cleanup, { routes: [route('/', 'up')], clusters: [good] })
    expect(() => runtime.putCluster({ ...good, balancer: 'maglev' })).toThrow(/maglev is not supported/)
    const taken = listener('other', port, { kind: 'rds', name: 'x' })
    await expect(runtime.putListener(taken)).rejects.toMatchObject({ code: 'cannot-listen', path: 'address' })
    expect(runtime.listeners).toHaveLength(1)
    expect(() => runtime.putListener({ ...taken, filterChains: [] })).toThrow(/filter chain/)
    expect((await get(port)).body).toBe('ok')
  })
})
