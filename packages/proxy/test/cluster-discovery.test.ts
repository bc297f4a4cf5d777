import { afterEach, describe, expect, it } from 'vitest'
import { DNS_DEFAULTS } from '../src/cluster/dns-resolution.ts'
import { parseAuthority } from '../src/cluster/original-destination.ts'
import { HeaderList } from '../src/http/header-list.ts'
import { retriesReset, retriesResponse } from '../src/http/retry-policy.ts'
import { Cleanup, cluster, endpoint, eventually, get, retryOn, route, startHttp, startProxy } from './worker-fixture.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

/** `localhost` may have an IPv6 address, too, on which nobody listens. */
const V4 = { ...DNS_DEFAULTS, family: 'v4-only' } as const

describe('DNS clusters', () => {
  it('serves requests by name', async () => {
    const upstream = await startHttp(cleanup, (_, response) => response.end('ok'))
    const named = [endpoint(upstream, { address: { host: 'localhost', port: upstream } })]
    const { port } = await startProxy(cleanup, {
      routes: [route('/', 'dns')],
      clusters: [
        cluster('dns', [], { discovery: 'strict-dns', dns: V4, endpoints: { clusterName: 'dns', endpoints: named } }),
      ],
    })
    // Listeners open when its name was asked for.
    expect((await get(port)).status).toBe(200)
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
