/** A Pod waits for its proxy until no request is active: whatever happens to a request, it must not be counted for ever. */
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Cleanup, cluster, eventually, RawClient, route, startProxy, startTcp } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n'
const HALF = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'

/** A proxy before an upstream that does `onRequest` with the first bytes of each connection. */
async function start(onRequest: (socket: Socket) => void, http = {}) {
  const upstream = await startTcp(cleanup, (socket) => {
    socket.once('data', () => onRequest(socket))
    socket.resume()
  })
  const proxy = await startProxy(cleanup, { routes: [route('/', 'up')], clusters: [cluster('up', [upstream])], http })
  const { circuit } = proxy.runtime.clusters[0] as (typeof proxy.runtime.clusters)[number]
  const client = new RawClient(cleanup, proxy.port)
  const atRest = () => proxy.runtime.activeRequests === 0 && circuit.requests === 0 && circuit.pending === 0
  return { ...proxy, client, atRest }
}

const silence = () => {}

describe('no request is active any more', () => {
  it.each([
    ['within a head', 'GET / HTT'],
    ['within a body', `${POST}half`],
    ['before the response', GET],
    ['with more requests behind', GET + GET + GET],
  ])('after the client left %s', async (_, bytes) => {
    for (const leave of ['end', 'resetAndDestroy'] as const) {
      const { client, runtime, atRest, log } = await start(silence)
      client.send(bytes)
      await eventually(() => runtime.activeRequests === 1)
      client.socket[leave]()
      await eventually(() => atRest() && runtime.activeConnections === 0)
      expect(log).toHaveLength(1)
      expect(log[0]).toContain('DC downstream_remote_disconnect')
    }
  })

  it('after the client left within the response', async () => {
    const { client, runtime, atRest } = await start((socket) => socket.write(HALF))
    client.send(GET)
    await client.untilText('half')
    client.socket.destroy()
    await eventually(() => atRest() && runtime.activeConnections === 0)
  })

  it.each([
    ['reset before its response', (socket: Socket) => void socket.resetAndDestroy(), '503 UC'],
    ['closed before its response', (socket: Socket) => void socket.end(), '503 UC'],
    ['reset within its response', (socket: Socket) => void socket.write(HALF, () => socket.resetAndDestroy()), '200 U'],
    ['closed within its response', (socket: Socket) => void socket.end(HALF), '200 UPE'],
    ['spoke no HTTP', (socket: Socket) => void socket.write('nonsense\r\n\r\n'), '502 UPE'],
  ])('after the upstream %s', async (_, onRequest, logged) => {
    const { client, atRest, log } = await start(onRequest)
    client.send(GET)
    await eventually(() => log.length === 1)
    expect(atRest()).toBe(true)
    expect(log[0]).toContain(logged)
  })

  it('after an answer to half a request', async () => {
    const { client, atRest, log } = await start(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    )
    client.send(`${POST}half`)
    expect(await client.untilEnd()).toContain('connection: close')
    expect(atRest()).toBe(true)
    expect(log).toHaveLength(1)
  })

  it('after a head that never ends', async () => {
    const { client, atRest, log } = await start(silence, { streamIdleTimeoutMs: 60 })
    client.send('GET / HTTP/1.1\r\nHost: a\r\n')
    expect(await client.untilEnd()).toContain('408 Request Timeout')
    expect(atRest()).toBe(true)
    expect(log[0]).toContain('SI stream_idle_timeout')
  })

  it('after requests that were read ahead and never served', async () => {
    const { client, runtime, atRest, log } = await start(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'),
    )
    client.send(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${GET}${GET}`)
    await client.untilEnd()
    client.socket.end()
    await eventually(() => runtime.activeConnections === 0)
    expect(atRest()).toBe(true)
    expect(log).toHaveLength(1)
  })
})
