import { afterEach, describe, expect, it } from 'vitest'
import type { FaultConfig, HttpFilterConfig, RouteEntry } from '../src/config/model.ts'
import { PEER_METADATA_HEADER, PEER_METADATA_ID_HEADER } from '../src/telemetry/peer-metadata.ts'
import { Cleanup, cluster, get, RawClient, route, startHttp, startProxy } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const always = { numerator: 100, denominator: 100 } as const

async function startFaulty(fault: FaultConfig, ofRoute?: FaultConfig) {
  const upstream = await startHttp(cleanup, (_, response) => response.end('ok'))
  const entry: RouteEntry = { ...route('/', 'up'), fault: ofRoute }
  return startProxy(cleanup, {
    routes: [entry],
    clusters: [cluster('up', [upstream])],
    http: { filters: [{ kind: 'fault', fault }] },
  })
}

describe('the fault filter', () => {
  it('aborts', async () => {
    const { port, log } = await startFaulty({ abort: { status: 418, percent: always } })
    const { status, body } = await get(port)
    expect([status, body]).toEqual([418, 'fault filter abort'])
    expect(log).toEqual(['GET / 418 FI fault_filter_abort 0 18'])
  })

  it('delays, and then aborts', async () => {
    const delay = { ms: 50, percent: always }
    const { port, log } = await startFaulty({ delay })
    const before = performance.now()
    expect((await get(port, '/', { method: 'POST', body: 'x'.repeat(200_000) })).body).toBe('ok')
    // A timer may be a millisecond early.
    expect(performance.now() - before).toBeGreaterThanOrEqual(49)
    expect(log).toEqual(['POST / 200 DI via_upstream 200000 2'])
    const both = await startFaulty({ delay, abort: { status: 500, percent: always } })
    expect((await get(both.port)).status).toBe(500)
    expect(both.log).toEqual(['GET / 500 DI,FI fault_filter_abort 0 18'])
  })

  it('takes the fault of the route in place of its own', async () => {
    const never = { abort: { status: 500, percent: { numerator: 0, denominator: 100 } } } as const
    const { port } = await startFaulty({ abort: { status: 500, percent: always } }, never)
    expect((await get(port)).status).toBe(200)
  })

  it('forgets a delayed request whose client left', async () => {
    const { port, log, runtime } = await startFaulty({ delay: { ms: 30, percent: always } })
    const client = new RawClient(cleanup, port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    while (runtime.activeRequests === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    client.socket.destroy()
    while (log.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(log).toEqual(['GET / 0 DI,DC downstream_remote_disconnect 0 0'])
  })
})

describe('the peer metadata filter', () => {
  async function receivedThrough(filters: readonly HttpFilterConfig[]): Promise<Record<string, unknown>> {
    const upstream = await startHttp(cleanup, (request, response) => response.end(JSON.stringify(request.headers)))
    const { port } = await startProxy(cleanup, {
      routes: [route('/', 'up')],
      clusters: [cluster('up', [upstream])],
      http: { filters },
    })
    const headers = { [PEER_METADATA_HEADER]: 'forged', [PEER_METADATA_ID_HEADER]: 'forged' }
    return JSON.parse((await get(port, '/', { headers })).body)
  }

  it('says who we are when we call', async () => {
    const received = await receivedThrough([{ kind: 'peer-metadata', direction: 'outbound' }])
    expect(received[PEER_METADATA_ID_HEADER]).toBe('node')
    expect(received[PEER_METADATA_HEADER]).not.toBe('forged')
  })

  it('keeps what callers say from the application', async () => {
    const received = await receivedThrough([{ kind: 'peer-metadata', direction: 'inbound' }, { kind: 'cors' }])
    expect(received).not.toHaveProperty(PEER_METADATA_HEADER)
    expect(received).not.toHaveProperty(PEER_METADATA_ID_HEADER)
  })
})
