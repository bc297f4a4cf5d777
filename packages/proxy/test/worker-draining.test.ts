import { afterEach, describe, expect, it } from 'vitest'
import { until } from './until.ts'
import {
  Cleanup,
  cluster,
  eventually,
  get,
  RawClient,
  route,
  startHttp,
  startProxy,
  startTcp,
} from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

describe('draining', () => {
  it('answers what comes, announces the end, and closes idle connections', async () => {
    const upstream = await startHttp(cleanup, (_, response) => response.end('ok'))
    const { port, runtime } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [upstream])],
    })
    const idle = new RawClient(cleanup, port)
    const busy = new RawClient(cleanup, port)
    for (const client of [idle, busy]) {
      client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      await client.untilText('ok')
    }
    runtime.drain(150)
    busy.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(await busy.untilEnd()).toContain('connection: close')
    expect(await idle.untilEnd()).not.toContain('connection: close')
    const answer = await get(port)
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close'])
    await eventually(() => runtime.activeConnections === 0)
  })

  it('lets what is under way end when a listener goes', async () => {
    let finish: (() => void) | undefined
    const upstream = await startHttp(cleanup, (_, response) => void (finish = () => response.end('late')))
    const { port, runtime } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [upstream])],
    })
    const answer = get(port)
    await eventually(() => finish !== undefined)
    expect(runtime.activeRequests).toBe(1)
    runtime.removeListener('l')
    await expect(get(port)).rejects.toThrow()
    finish?.()
    expect((await answer).body).toBe('late')
  })

  it('ends more and more connections if it is gradual', async () => {
    const upstream = await startHttp(cleanup, (_, response) => response.end('ok'))
    let chance = 0.999
    const { port, runtime } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [upstream])],
      drainStrategy: 'gradual',
      random: () => chance,
    })
    const client = new RawClient(cleanup, port)
    const ask = () => {
      client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      return client.untilText('ok')
    }
    await ask()
    runtime.drain(60_000)
    expect(await ask()).not.toContain('connection: close')
    chance = 0
    await until('an end', async () => (await get(port)).headers.get('connection') === 'close')
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(await client.untilEnd()).toContain('connection: close')
  })

  it('ends connections while the operator says that the proxy is not healthy', async () => {
    const { port, runtime } = await startProxy(cleanup, {
      routes: [{ ...route('/', 'up'), action: { kind: 'direct', status: 200, body: 'ok' } }],
      clusters: [],
    })
    const connection = async () => (await get(port)).headers.get('connection')
    runtime.setFailing(true)
    expect(await connection()).toBe('close')
    expect([...runtime.httpStats.values()].map((stats) => stats.downstreamCxDrainClose)).toEqual([1])
    runtime.setFailing(false)
    expect(await connection()).not.toBe('close')
  })

  it('ends everything at once on close', async () => {
    const silent = await startTcp(cleanup, (socket) => void socket.resume())
    const { port, runtime, log } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [silent])],
    })
    const client = new RawClient(cleanup, port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await eventually(() => runtime.activeRequests === 1)
    await runtime.close()
    await client.untilEnd()
    expect(log).toHaveLength(1)
  })

  it('says close on the answer to what was under way, and then closes', async () => {
    let finish: (() => void) | undefined
    const upstream = await startHttp(cleanup, (_, response) => void (finish = () => response.end('late')))
    const { port, runtime } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [upstream])],
    })
    const client = new RawClient(cleanup, port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await eventually(() => finish !== undefined)
    expect(runtime.activeRequests).toBe(1)
    runtime.drain(50)
    finish?.()
    expect(await client.untilEnd()).toContain('connection: close')
    expect(runtime.activeRequests).toBe(0)
  })
})
