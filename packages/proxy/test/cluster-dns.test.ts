import { ManualClock, silentLogger } from '@mizzen/base'
import { describe, expect, it } from 'vitest'
import { DnsCache, type DnsOutcome } from '../src/cluster/dns-cache.ts'
import { DNS_DEFAULTS, DnsResolution } from '../src/cluster/dns-resolution.ts'
import type { DnsAnswer } from '../src/cluster/host-resolution.ts'
import { ofFamily } from '../src/cluster/system-resolve.ts'
import type { DnsCacheConfig, DnsConfig, EndpointConfig } from '../src/config/model.ts'
import { DeadlineWheel } from '../src/http/deadline-wheel.ts'
import { EventTurn } from '../src/http/event-turn.ts'
import { endpoint } from './worker-fixture.ts'

/** Lets promises that are ready go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** A resolver that answers by script, and a clock that stands still. */
function setUp() {
  const clock = new ManualClock()
  const turn = new EventTurn(clock, (error) => {
    throw error
  })
  const wheel = new DeadlineWheel(clock, turn)
  const names = {
    asked: [] as string[],
    answers: new Map<string, DnsAnswer | 'failure' | 'silence'>(),
    resolve(host: string): Promise<DnsAnswer> {
      names.asked.push(host)
      const answer = names.answers.get(host) ?? { addresses: [] }
      if (answer === 'silence') return new Promise(() => {})
      return answer === 'failure' ? Promise.reject(new Error('SERVFAIL')) : Promise.resolve(answer)
    },
  }
  const deps = { resolve: names.resolve, turn, wheel, logger: silentLogger, random: () => 1 }
  const pass = async (ms: number) => {
    clock.advance(ms)
    await settle()
  }
  return { clock, names, deps, pass, turn }
}

const named = (host: string, port = 80) => endpoint(port, { address: { host, port } })
const assignment = (...endpoints: readonly EndpointConfig[]) => ({ clusterName: 'c', endpoints })

function resolution(logical: boolean) {
  const published: (readonly EndpointConfig[])[] = []
  const all = setUp()
  const dns = new DnsResolution(all.deps, logical, (endpoints) => void published.push(endpoints))
  const last = () => published.at(-1)?.map(({ address }) => `${address.host}:${address.port}`)
  return { ...all, dns, published, last }
}

describe('strict DNS', () => {
  it('makes every address an endpoint, and asks again', async () => {
    const { dns, names, last, pass } = resolution(false)
    names.answers.set('shop', { addresses: ['10.0.0.1', '10.0.0.2'] })
    dns.start(assignment(named('shop'), endpoint(81)), DNS_DEFAULTS)
    await settle()
    expect(last()).toEqual(['10.0.0.1:80', '10.0.0.2:80', '127.0.0.1:81'])
    names.answers.set('shop', { addresses: ['10.0.0.3'] })
    await pass(4_900)
    expect(last()).toEqual(['10.0.0.1:80', '10.0.0.2:80', '127.0.0.1:81'])
    await pass(200)
    expect(last()).toEqual(['10.0.0.3:80', '127.0.0.1:81'])
  })

  it('publishes nothing before each name was asked for', async () => {
    const { dns, names, published, last, pass } = resolution(false)
    names.answers.set('a', { addresses: ['10.0.0.1'] })
    names.answers.set('b', 'silence')
    dns.start(assignment(named('a'), named('b')), DNS_DEFAULTS)
    const ready = dns.ready()
    await settle()
    expect(published).toEqual([])
    await pass(10_100)
    expect(last()).toEqual(['10.0.0.1:80'])
    await ready
    expect(dns.ready()).toBeUndefined()
  })

  it('keeps what it knew when a question fails, and asks again at growing intervals', async () => {
    const { dns, names, last, pass } = resolution(false)
    names.answers.set('shop', { addresses: ['10.0.0.1'] })
    dns.start(assignment(named('shop')), { ...DNS_DEFAULTS, failureRefresh: { baseMs: 1_000, maxMs: 4_000 } })
    await settle()
    names.answers.set('shop', 'failure')
    await pass(5_100)
    const before = names.asked.length
    for (const ms of [1_100, 2_100, 4_100, 4_100]) await pass(ms)
    expect(names.asked.length - before).toBe(4)
    expect(last()).toEqual(['10.0.0.1:80'])
  })

  it('has no endpoint when the name has no address', async () => {
    const { dns, names, last, pass } = resolution(false)
    names.answers.set('shop', { addresses: ['10.0.0.1'] })
    dns.start(assignment(named('shop')), DNS_DEFAULTS)
    await settle()
    names.answers.set('shop', { addresses: [] })
    await pass(5_100)
    expect(last()).toEqual([])
  })

  it('asks again when the answer says so, if it is told to heed that', async () => {
    const { dns, names, pass } = resolution(false)
    names.answers.set('shop', { addresses: ['10.0.0.1'], ttlMs: 30_000 })
    dns.start(assignment(named('shop')), { ...DNS_DEFAULTS, respectTtl: true })
    await settle()
    await pass(29_000)
    expect(names.asked.length).toBe(1)
    await pass(1_100)
    expect(names.asked.length).toBe(2)
  })

  it('does not ask again for names that a new configuration has, too', async () => {
    const { dns, names, last } = resolution(false)
    names.answers.set('a', { addresses: ['10.0.0.1'] })
    names.answers.set('b', { addresses: ['10.0.0.2'] })
    dns.start(assignment(named('a')), DNS_DEFAULTS)
    await settle()
    dns.start(assignment(named('a'), named('b')), DNS_DEFAULTS)
    expect(last()).toEqual(['10.0.0.1:80'])
    await settle()
    expect(last()).toEqual(['10.0.0.1:80', '10.0.0.2:80'])
    expect(names.asked).toEqual(['a', 'b'])
  })

  it('stops when told to', async () => {
    const { dns, names, pass } = resolution(false)
    dns.start(assignment(named('shop')), DNS_DEFAULTS)
    dns.stop()
    await pass(600_000)
    expect(names.asked.length).toBe(1)
  })
})

describe('logical DNS', () => {
  it('is one endpoint, whose address is the first of the answer', async () => {
    const { dns, names, published, pass } = resolution(true)
    names.answers.set('shop', { addresses: ['10.0.0.1', '10.0.0.2'] })
    dns.start(assignment(named('shop')), DNS_DEFAULTS)
    await settle()
    names.answers.set('shop', { addresses: ['10.0.0.9'] })
    await pass(5_100)
    expect(published.map(([one]) => [one?.identity, one?.address.host])).toEqual([
      ['shop:80', '10.0.0.1'],
      ['shop:80', '10.0.0.9'],
    ])
  })
})

describe('the addresses of a family', () => {
  const all = ['10.0.0.1', '::1', '10.0.0.2']
  it.each([
    ['v4-only', ['10.0.0.1', '10.0.0.2']],
    ['v6-only', ['::1']],
    ['auto', ['::1']],
    ['v4-preferred', ['10.0.0.1', '10.0.0.2']],
    ['all', all],
  ] as const)('%s', (family: DnsConfig['family'], expected) => {
    expect(ofFamily(all, family)).toEqual(expected)
  })

  it('falls back to the other one', () => {
    expect(ofFamily(['10.0.0.1'], 'auto')).toEqual(['10.0.0.1'])
    expect(ofFamily(['::1'], 'v4-preferred')).toEqual(['::1'])
  })
})

describe('a DNS cache', () => {
  const CONFIG: DnsCacheConfig = {
    name: 'cache',
    dns: { ...DNS_DEFAULTS, refreshMs: 60_000, respectTtl: true },
    minRefreshMs: 5_000,
    hostTtlMs: 300_000,
    maxHosts: 2,
    maxPending: 2,
    queryTimeoutMs: 5_000,
  }

  function caching(over: Partial<DnsCacheConfig> = {}) {
    const all = setUp()
    const cache = new DnsCache({ ...CONFIG, ...over }, all.deps)
    const ask = (host: string) => {
      const outcomes: DnsOutcome[] = []
      all.turn.run(() => cache.resolve(host, (outcome) => outcomes.push(outcome)))
      return outcomes
    }
    return { ...all, cache, ask }
  }

  it('asks once for all who want to know', async () => {
    const { cache, names, ask } = caching()
    names.answers.set('a', { addresses: ['10.0.0.1'] })
    const [one, two] = [ask('a'), ask('a')]
    await settle()
    expect([one, two, names.asked]).toEqual([['found'], ['found'], ['a']])
    expect(cache.get('a')).toEqual(['10.0.0.1'])
  })

  it('forgets a name without addresses, and asks for it anew', async () => {
    const { cache, names, ask } = caching()
    const first = ask('a')
    await settle()
    expect([first, cache.size]).toEqual([['failed'], 0])
    names.answers.set('a', { addresses: ['10.0.0.1'] })
    const second = ask('a')
    await settle()
    expect(second).toEqual(['found'])
  })

  it('gives up a question that is not answered', async () => {
    const { names, ask, pass } = caching()
    names.answers.set('a', 'silence')
    const outcome = ask('a')
    await pass(5_100)
    expect(outcome).toEqual(['failed'])
  })

  it('has room for so many hosts and so many who wait', async () => {
    const { names, ask } = caching()
    for (const host of ['a', 'b', 'c']) names.answers.set(host, { addresses: ['10.0.0.1'] })
    const waiting = [ask('a'), ask('a'), ask('a')]
    expect(waiting[2]).toEqual(['too-many-waiting'])
    await settle()
    ask('b')
    await settle()
    expect(ask('c')).toEqual(['too-many-hosts'])
  })

  it('forgets a host that nobody asks for, and says so', async () => {
    const { cache, names, ask, pass } = caching({ hostTtlMs: 100_000 })
    const forgotten: string[] = []
    cache.onForgotten((host) => forgotten.push(host))
    names.answers.set('a', { addresses: ['10.0.0.1'] })
    ask('a')
    await settle()
    await pass(60_100)
    expect(cache.get('a')).not.toBeNull()
    await pass(60_100)
    expect(forgotten).toEqual([])
    await pass(60_100)
    expect([forgotten, cache.size]).toEqual([['a'], 0])
  })

  it('heeds how long an answer holds, down to the shortest time', async () => {
    const { names, ask, pass } = caching()
    names.answers.set('a', { addresses: ['10.0.0.1'], ttlMs: 1_000 })
    ask('a')
    await settle()
    await pass(4_900)
    expect(names.asked.length).toBe(1)
    await pass(200)
    expect(names.asked.length).toBe(2)
  })
})
