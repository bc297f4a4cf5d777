import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startTcpProxy, tcpListener, tcpProxy } from './tcp-fixture.ts'
import { Cleanup, cluster, eventually, RawClient, refusedPort, startTcp } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const echo = (socket: Socket) => void socket.pipe(socket)

describe('a relay', () => {
  it('leaves nothing behind: no connection, no buffer, no place in the circuit', async () => {
    const upstream = await startTcp(cleanup, echo)
    const { port, runtime, log } = await startTcpProxy(
      cleanup,
      [tcpListener('l', tcpProxy('up'))],
      [cluster('up', [upstream])],
    )
    const sent = 'x'.repeat(2_000_000)
    for (let round = 0; round < 3; round += 1) {
      const client = new RawClient(cleanup, port)
      client.send(sent)
      client.socket.end()
      expect((await client.untilEnd()).length).toBe(sent.length)
    }
    const broken = new RawClient(cleanup, port)
    broken.send('hello')
    await broken.untilText('hello')
    broken.socket.resetAndDestroy()
    await eventually(() => log.length === 4)
    const [up] = runtime.clusters
    expect(up?.circuit).toMatchObject({ connections: 0, pending: 0 })
    expect([...(up?.endpoints ?? [])].map(({ activeRequests, stats }) => [activeRequests, stats.cxActive])).toEqual([
      [0, 0],
    ])
    expect(runtime.activeConnections).toBe(0)
    expect(runtime.tcpStats.get('tcp')).toMatchObject({ downstreamCxTotal: 4, downstreamCxActive: 0 })
    expect(log).toEqual([...Array(3).fill('- 2000000 2000000'), '- 5 5'])
  })

  it('does not mix the bytes of connections that carry much at the same time', async () => {
    const upstream = await startTcp(cleanup, echo)
    const { port } = await startTcpProxy(cleanup, [tcpListener('l', tcpProxy('up'))], [cluster('up', [upstream])])
    const clients = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => ({ letter, client: new RawClient(cleanup, port) }))
    for (const { letter, client } of clients) {
      client.send(letter.repeat(1_500_000))
      client.socket.end()
    }
    for (const { letter, client } of clients) {
      expect((await client.untilEnd()) === letter.repeat(1_500_000), letter).toBe(true)
    }
  })

  it('reads no more than it can write: a slow reader holds its writer back', async () => {
    let taken = 0
    let reader: Socket | undefined
    const upstream = await startTcp(cleanup, (socket) => {
      reader = socket.pause()
      socket.on('data', (chunk) => (taken += chunk.length))
    })
    const { port, runtime } = await startTcpProxy(
      cleanup,
      [tcpListener('l', tcpProxy('up'))],
      [cluster('up', [upstream])],
    )
    const writer = connect({ port, host: '127.0.0.1' })
    cleanup.add(() => writer.destroy())
    writer.on('error', () => {})
    const chunk = Buffer.alloc(1_000_000, 'x')
    let offered = 0
    // Until neither the two kernels nor the proxy take more.
    for (let quiet = 0; quiet < 10; ) {
      const before = writer.bytesWritten - writer.writableLength
      if (writer.writableLength < chunk.length) {
        writer.write(chunk)
        offered += chunk.length
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
      quiet = writer.bytesWritten - writer.writableLength === before ? quiet + 1 : 0
    }
    const stats = runtime.tcpStats.get('tcp')
    expect(stats?.downstreamFlowControlPausedReadingTotal).toBeGreaterThan(0)
    reader?.resume()
    writer.end()
    await eventually(() => taken === offered)
    expect(stats?.downstreamFlowControlResumedReadingTotal).toBe(stats?.downstreamFlowControlPausedReadingTotal)
  })

  it('ends when the runtime closes, and is logged', async () => {
    const upstream = await startTcp(cleanup, echo)
    const { port, runtime, log } = await startTcpProxy(
      cleanup,
      [tcpListener('l', tcpProxy('up'))],
      [cluster('up', [upstream])],
    )
    const client = new RawClient(cleanup, port)
    client.send('a')
    await client.untilText('a')
    await runtime.close()
    await client.untilEnd()
    expect(log).toEqual(['- 1 1'])
  })

  it('goes on when its listener goes', async () => {
    const upstream = await startTcp(cleanup, echo)
    const { port, runtime } = await startTcpProxy(
      cleanup,
      [tcpListener('l', tcpProxy('up'))],
      [cluster('up', [upstream])],
    )
    const client = new RawClient(cleanup, port)
    client.send('a')
    await client.untilText('a')
    runtime.removeListener('l')
    client.send('b')
    await client.untilText('ab')
  })

  it('gives up an attempt when its client goes, by its idle or its longest time', async () => {
    const { port, log, runtime } = await startTcpProxy(
      cleanup,
      [tcpListener('l', tcpProxy('up', { maxDurationMs: 50 }))],
      // TEST-NET-1: nobody answers, or nobody can be reached.
      [cluster('up', [], { connectTimeoutMs: 60_000, endpoints: { clusterName: 'up', endpoints: [unreachable] } })],
    )
    const client = new RawClient(cleanup, port)
    await client.untilEnd()
    await eventually(() => log.length === 1)
    expect(log[0]).toMatch(/^(?:DT|UF,URX) 0 0$/)
    expect(runtime.clusters[0]?.circuit).toMatchObject({ connections: 0, pending: 0 })
  })
})

const unreachable = {
  address: { host: '192.0.2.1', port: 9 },
  weight: 1,
  priority: 0,
  locality: { region: '', zone: '', subZone: '', weight: 0 },
  health: 'healthy',
  metadata: {},
} as const

describe('limits and failures', () => {
  it('tries as many endpoints as it may', async () => {
    const upstream = await startTcp(cleanup, echo)
    const ports = [await refusedPort(), upstream]
    const { port, log, runtime } = await startTcpProxy(
      cleanup,
      [tcpListener('l', tcpProxy('up', { maxConnectAttempts: 2 }))],
      [cluster('up', ports)],
    )
    for (const text of ['a', 'b']) {
      const client = new RawClient(cleanup, port)
      client.send(text)
      client.socket.end()
      expect(await client.untilEnd()).toBe(text)
    }
    await eventually(() => log.length === 2)
    expect([...log].sort().at(-1)).toBe('UF 1 1')
    expect(runtime.clusters[0]?.stats.upstreamCxConnectFail).toBeGreaterThan(0)
  })

  it('counts what it could not connect', async () => {
    const { port, log, runtime } = await startTcpProxy(
      cleanup,
      [tcpListener('l', tcpProxy('up', { maxConnectAttempts: 3 }))],
      [cluster('up', [await refusedPort()])],
    )
    await new RawClient(cleanup, port).untilEnd()
    await eventually(() => log.length === 1)
    expect(log).toEqual(['UF,URX 0 0'])
    expect(runtime.clusters[0]?.stats).toMatchObject({
      upstreamCxConnectFail: 3,
      upstreamCxConnectAttemptsExceeded: 1,
      upstreamCxActive: 0,
    })
  })

  it('refuses what is more than the cluster may have', async () => {
    const upstream = await startTcp(cleanup, echo)
    const limits = { maxConnections: 1, maxPendingRequests: 1, maxRequests: 1, maxRetries: 0 }
    const { port, log, runtime } = await startTcpProxy(
      cleanup,
      [tcpListener('l', tcpProxy('up'))],
      [cluster('up', [upstream], { limits })],
    )
    const first = new RawClient(cleanup, port)
    first.send('a')
    await first.untilText('a')
    await new RawClient(cleanup, port).untilEnd()
    expect(log).toEqual(['UO 0 0'])
    expect(runtime.clusters[0]?.stats.upstreamCxOverflow).toBe(1)
    first.socket.destroy()
    await eventually(() => log.length === 2)
    const third = new RawClient(cleanup, port)
    third.send('c')
    await third.untilText('c')
  })
})

describe('listeners', () => {
  it('without a socket take what another one hands over', async () => {
    const [plain, virtual] = [await startTcp(cleanup, answer('plain')), await startTcp(cleanup, answer('virtual'))]
    const filters = [{ kind: 'proxy-protocol', allowWithout: true, disallowed: [], passThrough: [] }] as const
    const { port, runtime } = await startTcpProxy(
      cleanup,
      [
        tcpListener('main', tcpProxy('plain'), { handsOver: true, listenerFilters: filters }),
        tcpListener('virtual', tcpProxy('virtual'), { virtual: true, address: { host: '10.0.0.2', port: 80 } }),
        tcpListener('any', tcpProxy('virtual'), { virtual: true, address: { host: '0.0.0.0', port: 81 } }),
      ],
      [cluster('plain', [plain]), cluster('virtual', [virtual])],
    )
    const ask = async (text: string) => {
      const client = new RawClient(cleanup, port)
      client.send(text)
      client.socket.end()
      return client.untilEnd()
    }
    const proxied = (to: string) => `PROXY TCP4 10.0.0.1 ${to}\r\n`
    expect(await ask('no header')).toBe('plain')
    expect(await ask(proxied('10.0.0.2 1000 80'))).toBe('virtual')
    expect(await ask(proxied('10.0.0.9 1000 81'))).toBe('virtual')
    expect(await ask(proxied('10.0.0.2 1000 82'))).toBe('plain')
    runtime.removeListener('virtual')
    expect(await ask(proxied('10.0.0.2 1000 80'))).toBe('plain')
    await eventually(() => runtime.activeConnections === 0)
  })

  it('and endpoints may be Unix domain sockets', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mizzen-pipe-'))
    cleanup.add(() => rmSync(folder, { recursive: true, force: true }))
    const upstream = await startTcp(cleanup, answer('yes'))
    const path = join(folder, 'proxy.sock')
    const { port, log } = await startTcpProxy(
      cleanup,
      [
        tcpListener('front', tcpProxy('pipe')),
        tcpListener('pipe', tcpProxy('up'), { address: { host: path, port: 0 } }),
      ],
      [
        cluster('up', [upstream]),
        cluster('pipe', [], {
          endpoints: { clusterName: 'pipe', endpoints: [{ ...unreachable, address: { host: path, port: 0 } }] },
        }),
      ],
    )
    expect(existsSync(path)).toBe(true)
    const client = new RawClient(cleanup, port)
    client.send('x')
    expect(await client.untilEnd()).toBe('yes')
    client.socket.end()
    await eventually(() => log.length === 2)
  })
})

/** Says its text, and ends when the client has. */
function answer(text: string): (socket: Socket) => void {
  return (socket) => {
    socket.resume()
    socket.end(text)
  }
}

describe("Istio's metrics", () => {
  it('count connections and bytes, and those of one that goes on', async () => {
    const upstream = await startTcp(cleanup, echo)
    const { port, istio, log } = await startTcpProxy(
      cleanup,
      [tcpListener('l', tcpProxy('up', { reporters: ['source'] }))],
      [
        cluster('up', [upstream], {
          metadata: { istio: { services: [{ host: 'db.default.svc', name: 'db', namespace: 'default' }] } },
        }),
      ],
    )
    expect(istio.render()).toBe('')
    const client = new RawClient(cleanup, port)
    client.send('hello')
    await client.untilText('hello')
    expect(metric(istio.render(), 'istio_tcp_connections_opened_total')).toEqual([1])
    expect(metric(istio.render(), 'istio_tcp_connections_closed_total')).toEqual([0])
    client.socket.end()
    await eventually(() => log.length === 1)
    const text = istio.render()
    expect(metric(text, 'istio_tcp_received_bytes_total')).toEqual([5])
    expect(metric(text, 'istio_tcp_sent_bytes_total')).toEqual([5])
    expect(metric(text, 'istio_tcp_connections_closed_total')).toEqual([1])
    const [line = ''] = text.split('\n').filter((one) => one.startsWith('istio_tcp_sent_bytes_total'))
    for (const label of [
      'reporter="source"',
      'source_workload="shop-v1"',
      'destination_service="db.default.svc"',
      'request_protocol="tcp"',
      'response_flags="-"',
      'connection_security_policy="unknown"',
    ]) {
      expect(line).toContain(label)
    }
    expect(line).not.toContain('response_code')
  })

  it('count a connection without an upstream as opened and closed, by its flags', async () => {
    const { port, istio, log } = await startTcpProxy(
      cleanup,
      [tcpListener('l', tcpProxy('up', { reporters: ['source'] }))],
      [cluster('up', [])],
    )
    const client = new RawClient(cleanup, port)
    await eventually(() => log.length === 1)
    client.socket.destroy()
    const text = istio.render()
    expect(metric(text, 'istio_tcp_connections_opened_total')).toEqual([1])
    expect(metric(text, 'istio_tcp_connections_closed_total')).toEqual([1])
    expect(text).toContain('response_flags="UH"')
  })
})

function metric(text: string, name: string): number[] {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`))
  return lines.map((line) => Number(line.slice(line.lastIndexOf(' '))))
}
