import { ManualClock, silentLogger } from '@mizzen/base'
import { afterEach, describe, expect, it } from 'vitest'
import { DnsResolution } from '../src/cluster/dns-resolution.ts'
import { parseAuthority } from '../src/cluster/original-destination.ts'
import type { EndpointConfig } from '../src/config/model.ts'
import { DeadlineWheel } from '../src/http/deadline-wheel.ts'
import { EventTurn } from '../src/http/event-turn.ts'
import { HeaderList } from '../src/http/header-list.ts'
import { retriesReset, retriesResponse } from '../src/http/retry-policy.ts'
import { Cleanup, cluster, endpoint, eventually, get, retryOn, route, startHttp, startProxy } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

/** Lets promises that are ready go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('DNS resolution', () => {
  function setUp(resolve: (host: string) => Promise<readonly string[]>) {
    const clock = new ManualClock()
    const turn = new EventTurn(clock, (error) => {
      throw error
    })
    const wheel = new DeadlineWheel(clock, turn)
    const published: string[][] = []
    const found = (endpoints: readonly EndpointConfig[]) =>
      void published.push(endpoints.map(({ address }) => `${address.host}:${address.port}`))
    const resolution = new DnsResolution({ resolve, turn, wheel, logger: silentLogger }, found)
    return { clock, published, resolution }
  }

  it('makes every address an endpoint, and asks again', async () => {
    let answer = ['10.0.0.1', '10.0.0.2']
    const { clock, published, resolution } = setUp(() => Promise.resolve(answer))
    const named = endpoint(80, { address: { host: 'shop.example', port: 80 } })
    resolution.start({ clusterName: 'c', endpoints: [named, endpoint(81)] })
    await settle()
    answer = ['10.0.0.3']
    clock.advance(61_000)
    await settle()
    expect(published).toEqual([
      ['127.0.0.1:81'],
      ['10.0.0.1:80', '10.0.0.2:80', '127.0.0.1:81'],
      ['10.0.0.3:80', '127.0.0.1:81'],
    ])
  })

  it('keeps what it knew when a question fails, and stops when told to', async () => {
    let fails = false
    let asked = 0
    const { clock, published, resolution } = setUp(() => {
      asked += 1
      return fails ? Promise.reject(new Error('SERVFAIL')) : Promise.resolve(['10.0.0.1'])
    })
    resolution.start({ clusterName: 'c', endpoints: [endpoint(80, { address: { host: 'shop.example', port: 80 } })] })
    await settle()
    fails = true
    clock.advance(61_000)
    await settle()
    expect(published.at(-1)).toEqual(['10.0.0.1:80'])
    clock.advance(6_000)
    await settle()
    expect(asked).toBe(3)
    resolution.stop()
    clock.advance(600_000)
    expect(asked).toBe(3)
  })

  it('serves requests by name', async () => {
    const upstream = await startHttp(cleanup, (_, response) => response.end('ok'))
    const named = [endpoint(upstream, { address: { host: 'localhost', port: upstream } })]
    const { port, runtime } = await startProxy(cleanup, {
      routes: [route('/', 'dns')],
      clusters: [cluster('dns', [], { discovery: 'strict-dns', endpoints: { clusterName: 'dns', endpoints: named } })],
    })
    await eventually(() => [...(runtime.clusters[0]?.endpoints ?? [])].length > 0)
    // `localhost` may have an IPv6 address, too, on which nobody listens.
    const statuses = [(await get(port)).status, (await get(port)).status]
    expect(statuses).toContain(200)
  })
})

describe('an authority', () => {
  it.each([
    ['shop', { host: 'shop', port: 80 }],
    ['shop:8080', { host: 'shop', port: 8080 }],
    ['[::1]:81', { host: '::1', port: 81 }],
    ['10.0.0.1', { host: '10.0.0.1', port: 80 }],
    ['', null],
    ['shop:', null],
    ['shop:0', null],
    ['shop:70000', null],
    ['user@shop', null],
    ['::1', null],
    ['a/b', null],
  ])('%j is %j', (authority, expected) => {
    expect(parseAuthority(authority)).toEqual(expected)
  })
})

describe('mirrors', () => {
  it('get a copy with its body, and nobody minds how they fare', async () => {
    const copies: string[] = []
    const shadow = await startHttp(cleanup, (request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        copies.push(`${request.method} ${request.url} ${request.headers.host} ${body.length}`)
        response.writeHead(500).end()
      })
    })
    const upstream = await startHttp(
      cleanup,
      (request, response) => void request.resume().on('end', () => response.end('ok')),
    )
    const { port, runtime } = await startProxy(cleanup, {
      routes: [route('/', 'up', { mirrors: [{ cluster: 'shadow' }, { cluster: 'missing' }, { cluster: 'empty' }] })],
      clusters: [cluster('up', [upstream]), cluster('shadow', [shadow]), cluster('empty', [])],
    })
    for (const body of ['x'.repeat(10), 'x'.repeat(100_000)]) {
      expect((await get(port, '/m', { method: 'POST', body })).body).toBe('ok')
    }
    await get(port, '/g')
    await eventually(() => copies.length === 3)
    const host = `127.0.0.1-shadow:${port}`
    expect(copies.sort()).toEqual([`GET /g ${host} 0`, `POST /m ${host} 10`, `POST /m ${host} 100000`])
    await eventually(() => runtime.clusters.every(({ circuit }) => circuit.requests === 0))
  })
})

describe('retry policies', () => {
  it.each([
    ['5xx', 500, true],
    ['5xx', 499, false],
    ['gateway-error', 502, true],
    ['gateway-error', 500, false],
    ['retriable-4xx', 409, true],
    ['retriable-4xx', 404, false],
    ['reset', 503, false],
    ['unavailable', 200, true],
    ['cancelled', 200, false],
  ])('%s on a response %d with grpc-status 14: %s', (on, status, expected) => {
    const headers = new HeaderList()
    headers.append('grpc-status', '14')
    expect(retriesResponse(retryOn(on), status, headers)).toBe(expected)
  })

  it.each([
    ['connect-failure', 'remote connection failure', false, true],
    ['connect-failure', 'connection timeout', false, true],
    ['connect-failure', 'connection termination', true, false],
    ['reset', 'connection termination', true, true],
    ['reset-before-request', 'connection termination', true, false],
    ['reset-before-request', 'connection termination', false, true],
    ['5xx', 'protocol error', true, true],
    ['5xx', 'overflow', false, false],
    ['refused-stream', 'remote connection failure', false, false],
  ] as const)('%s on %s (sent: %s): %s', (on, reason, sent, expected) => {
    expect(retriesReset(retryOn(on), reason, sent)).toBe(expected)
  })
})
