import { ManualClock, silentLogger } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import type { Connector } from '../src/cluster/connector.ts'
import { DnsCaches } from '../src/cluster/dns-cache.ts'
import { DNS_DEFAULTS } from '../src/cluster/dns-resolution.ts'
import { DynamicForwardProxyCluster } from '../src/cluster/dynamic-forward-proxy.ts'
import { OriginalDestinationCluster } from '../src/cluster/original-destination.ts'
import type { ClusterConfig, DnsCacheConfig } from '../src/config/model.ts'
import { DeadlineWheel } from '../src/http/deadline-wheel.ts'
import { EventTurn } from '../src/http/event-turn.ts'
import { StreamExchange } from '../src/http/stream-exchange.ts'
import { ConnectionInfo } from '../src/listener/connection-info.ts'
import { cluster } from './worker-fixture.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

function setUp() {
  const clock = new ManualClock()
  const turn = new EventTurn(clock, (error) => {
    throw error
  })
  const wheel = new DeadlineWheel(clock, turn)
  // Endpoints connect to nobody here.
  const connector = { wheel, to: () => ({}) } as unknown as Connector
  return { clock, turn, wheel, connector }
}

function request(authority: string, restored?: { readonly host: string; readonly port: number }): StreamExchange {
  const exchange = new StreamExchange()
  const info = new ConnectionInfo(restored ?? { host: '127.0.0.1', port: 1 }, { host: '127.0.0.1', port: 2 })
  info.localRestored = restored !== undefined
  exchange.connection = info
  exchange.authority = authority
  return exchange
}

describe('an original destination', () => {
  function original(options: Partial<NonNullable<ClusterConfig['originalDst']>> = {}) {
    const all = setUp()
    const config = cluster('c', [], {
      discovery: 'original-dst',
      originalDst: { cleanupIntervalMs: 5_000, ...options },
    })
    const one = new OriginalDestinationCluster(config, all.connector)
    const pick = (exchange: StreamExchange) => all.turn.run(() => one.pick(exchange)?.address)
    return { ...all, one, pick, count: () => [...one.endpoints].length }
  }

  it('is where the connection was going, whatever its request says', () => {
    expect(original().pick(request('evil.example:1', { host: '10.0.0.1', port: 80 }))).toBe('10.0.0.1:80')
    expect(original().pick(request('a', { host: '2001:db8::1', port: 80 }))).toBe('[2001:db8::1]:80')
  })

  it('is the authority where nothing was intercepted', () => {
    expect(original().pick(request('shop.example:8080'))).toBe('shop.example:8080')
  })

  it('is nowhere if nothing says where', () => {
    const { one, pick } = original()
    expect(pick(request(''))).toBeUndefined()
    expect(one.stats.originalDstHostInvalid).toBe(1)
  })

  it('comes by header if that is configured, as an address and nothing else', () => {
    const { pick } = original({ header: 'x-dst', portOverride: 81 })
    const exchange = request('a:1', { host: '10.0.0.1', port: 80 })
    expect(pick(exchange)).toBe('10.0.0.1:81')
    exchange.requestHeaders.append('x-dst', '10.0.0.2:82')
    expect(pick(exchange)).toBe('10.0.0.2:81')
    exchange.requestHeaders.set('x-dst', 'metadata.internal:80')
    expect(pick(exchange)).toBeUndefined()
  })

  it('is forgotten when nobody uses it for an interval, but not before', () => {
    const { pick, clock, count } = original()
    const [old, used] = [request('', { host: '10.0.0.1', port: 80 }), request('', { host: '10.0.0.2', port: 80 })]
    for (const one of [old, used]) pick(one)
    for (let interval = 0; interval < 2; interval += 1) {
      clock.advance(5_050)
      expect(count()).toBe(2 - interval)
      pick(used)
    }
    clock.advance(20_000)
    expect(count()).toBe(0)
  })

  it('is one of 1,024 at most', () => {
    const { pick, count } = original()
    for (let port = 1; port <= 1_100; port += 1) pick(request('', { host: '10.0.0.1', port }))
    expect(count()).toBe(1_024)
  })
})

describe('a host that a request names', () => {
  const CACHE: DnsCacheConfig = {
    name: 'cache',
    dns: { ...DNS_DEFAULTS, respectTtl: true },
    minRefreshMs: 1_000,
    hostTtlMs: 60_000,
    maxHosts: 10,
    maxPending: 10,
    queryTimeoutMs: 5_000,
  }

  function forward() {
    const all = setUp()
    let addresses = ['10.0.0.1', '10.0.0.2']
    const resolve = () => Promise.resolve({ addresses, ttlMs: 10_000 })
    const caches = new DnsCaches({ ...all, resolve, logger: silentLogger, random: () => 0 })
    const config = cluster('f', [], { discovery: 'dynamic-forward-proxy', dnsCache: CACHE })
    const one = new DynamicForwardProxyCluster(config, all.connector, caches)
    const pick = (authority: string) => all.turn.run(() => one.pick(request(authority))?.address)
    const learn = async (host: string) => {
      all.turn.run(() => one.cache.resolve(host, () => {}))
      await settle()
    }
    return { ...all, caches, one, pick, learn, answer: (next: string[]) => (addresses = next) }
  }

  it('has no endpoint before its addresses are known', async () => {
    const { pick, learn } = forward()
    expect(pick('shop')).toBeUndefined()
    await learn('shop')
    expect([pick('shop'), pick('shop:81')]).toEqual(['10.0.0.1:80', '10.0.0.1:81'])
  })

  it('needs none if it is an address', () => {
    expect(forward().pick('192.0.2.1:8080')).toBe('192.0.2.1:8080')
  })

  it('keeps its endpoint when its address changes, until nobody asks for it', async () => {
    const { pick, learn, answer, clock, one } = forward()
    await learn('shop')
    pick('shop')
    const [before] = one.endpoints
    answer(['10.0.0.9'])
    clock.advance(10_050)
    await settle()
    expect(pick('shop')).toBe('10.0.0.9:80')
    expect([...one.endpoints]).toEqual([before])
    for (let minute = 0; minute < 3; minute += 1) {
      clock.advance(60_050)
      await settle()
    }
    expect([[...one.endpoints], pick('shop')]).toEqual([[], undefined])
  })

  it('shares a cache with whoever names it, if both mean the same', () => {
    const { caches, one } = forward()
    expect(caches.get(CACHE)).toBe(one.cache)
    expect(() => caches.get({ ...CACHE, maxHosts: 5 })).toThrow('exists with other settings')
  })
})
