import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FilterChainMatch } from '../src/config/model.ts'
import { CidrTable } from '../src/listener/cidr-table.ts'
import { FilterChainTable, type Matched } from '../src/listener/filter-chain-table.ts'
import { MATCHES_ALL } from './worker-fixture.ts'

const CONNECTION: Matched = {
  localHost: '10.0.0.1',
  localPort: 80,
  serverName: '',
  transportProtocol: '',
  applicationProtocols: [],
  directHost: '10.1.0.1',
  remoteHost: '10.1.0.1',
  remotePort: 5000,
}

function table(chains: Readonly<Record<string, Partial<FilterChainMatch>>>, fallback: string | null = null) {
  const all = Object.entries(chains).map(([chain, match]) => ({ chain, match: { ...MATCHES_ALL, ...match } }))
  return new FilterChainTable(all, fallback)
}

const range = (address: string, length: number) => ({ address, length })

type Row = readonly [name: string, ...rows: readonly (readonly [Partial<Matched>, string | null])[]]

/** Chains, and what takes a connection that differs from `CONNECTION` as said. */
const TABLES: readonly (readonly [Readonly<Record<string, Partial<FilterChainMatch>>>, ...Row])[] = [
  [{ http: { destinationPort: 80 }, rest: {} }, 'port', [{}, 'http'], [{ localPort: 81 }, 'rest']],
  [
    { named: { destinationPort: 80, serverNames: ['a.test'] }, rest: {} },
    'a port is not left again',
    [{ serverName: 'a.test' }, 'named'],
    [{ serverName: 'b.test' }, null],
    [{ localPort: 81, serverName: 'b.test' }, 'rest'],
  ],
  [
    {
      wide: { destinationRanges: [range('10.0.0.0', 8)] },
      narrow: { destinationRanges: [range('10.0.0.0', 24)] },
      six: { destinationRanges: [range('fd00::', 8)] },
      every: { destinationRanges: [range('0.0.0.0', 0)] },
    },
    'longest destination range',
    [{}, 'narrow'],
    [{ localHost: '10.9.9.9' }, 'wide'],
    [{ localHost: 'fd12::1' }, 'six'],
    [{ localHost: '192.168.0.1' }, 'every'],
    [{ localHost: 'fe80::1' }, null],
  ],
  [
    {
      exact: { serverNames: ['www.a.test'] },
      suffix: { serverNames: ['*.a.test'] },
      longer: { serverNames: ['*.b.a.test'] },
      none: {},
    },
    'server names',
    [{ serverName: 'www.a.test' }, 'exact'],
    [{ serverName: 'x.a.test' }, 'suffix'],
    [{ serverName: 'x.y.a.test' }, 'suffix'],
    [{ serverName: 'x.b.a.test' }, 'longer'],
    [{ serverName: 'a.test' }, 'none'],
    [{ serverName: '' }, 'none'],
  ],
  [
    { tls: { transportProtocol: 'tls' }, raw: { transportProtocol: 'raw_buffer' } },
    'transport protocol',
    [{ transportProtocol: 'tls' }, 'tls'],
    [{ transportProtocol: '' }, 'raw'],
  ],
  [
    { h2: { applicationProtocols: ['h2', 'istio'] }, h1: { applicationProtocols: ['http/1.1'] }, any: {} },
    'application protocols in the order of the client',
    [{ applicationProtocols: ['foo', 'http/1.1', 'h2'] }, 'h1'],
    [{ applicationProtocols: ['istio', 'http/1.1'] }, 'h2'],
    [{ applicationProtocols: ['foo'] }, 'any'],
  ],
  [
    { direct: { directSourceRanges: [range('10.1.0.0', 16)] }, any: {} },
    'direct source',
    [{ remoteHost: '1.2.3.4' }, 'direct'],
    [{ directHost: '1.2.3.4' }, 'any'],
  ],
  [
    { local: { sourceType: 'local' }, external: { sourceType: 'external' } },
    'source type',
    [{}, 'external'],
    [{ remoteHost: '127.0.0.1' }, 'local'],
    [{ remoteHost: '::1' }, 'local'],
    [{ remoteHost: '10.0.0.1' }, 'local'],
  ],
  [
    {
      both: { sourceRanges: [range('10.1.0.0', 16)], sourcePorts: [5000, 5001] },
      address: { sourceRanges: [range('10.1.0.0', 16)] },
      host: { sourceRanges: [range('10.1.0.9', 32)], sourcePorts: [1] },
      port: { sourcePorts: [7] },
    },
    'source address, then port',
    [{}, 'both'],
    [{ remotePort: 1 }, 'address'],
    [{ remoteHost: '10.1.0.9' }, null],
    [{ remoteHost: '9.9.9.9', remotePort: 7 }, 'port'],
  ],
]

describe('filter chain table', () => {
  it.each(TABLES.map(([chains, name, ...rows]) => ({ name, chains, rows })))('$name', ({ chains, rows }) => {
    for (const [connection, chain] of rows) {
      expect(table(chains).find({ ...CONNECTION, ...connection }), JSON.stringify(connection)).toBe(chain)
    }
  })

  it('gives what nothing matches to the default', () => {
    expect(table({ a: { destinationPort: 1 } }, 'default').find(CONNECTION)).toBe('default')
    expect(table({}, 'default').find(CONNECTION)).toBe('default')
  })

  it.each([
    [{ a: {}, b: {} }, /same matching rules defined as filter_chains\[0\]/],
    [{ a: { serverNames: ['x.test', 'y.test'] }, b: { serverNames: ['y.test'] } }, /overlapping/],
    [{ a: { sourcePorts: [1, 2] }, b: { sourcePorts: [3, 2] } }, /overlapping/],
  ])('refuses %j', (chains, message) => {
    expect(() => table(chains)).toThrow(message)
    expect(() => table(chains)).toThrow(expect.objectContaining({ path: 'filter_chains[1].filter_chain_match' }))
  })
})

describe('address ranges', () => {
  it('find the longest one, as looking at each of them does', () => {
    const byte = fc.nat({ max: 3 })
    const address = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'))
    const ranges = fc.array(fc.record({ address, length: fc.nat({ max: 32 }) }), { maxLength: 12 })
    fc.assert(
      fc.property(ranges, address, (all, host) => {
        const found = new CidrTable<string>()
        for (const one of all) found.ensure(one, () => `${bits(one.address).slice(0, one.length)}`)
        const holding = all.filter((one) => bits(host).startsWith(bits(one.address).slice(0, one.length)))
        const longest = Math.max(-1, ...holding.map(({ length }) => length))
        expect(found.find(host)).toBe(longest === -1 ? undefined : bits(host).slice(0, longest))
      }),
    )
  })
})

function bits(address: string): string {
  return address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')
}
