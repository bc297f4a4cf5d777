import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { proxyPreface } from '../src/cluster/proxy-preface.ts'
import type { ProxyProtocolConfig } from '../src/config/model.ts'
import { ConnectionInfo } from '../src/listener/connection-info.ts'
import { ipBytes, ipText } from '../src/listener/ip-bytes.ts'
import { NEED_MORE, REFUSE } from '../src/listener/listener-filter.ts'
import { ABSENT, BROKEN, readProxyHeader } from '../src/listener/proxy-header.ts'
import {
  ProxyProtocolFilter,
  type ProxyProtocolOptions,
  ProxyProtocolStats,
} from '../src/listener/proxy-protocol-filter.ts'
import { fuzz, seeds } from './fuzz/proxy-header.ts'

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n'
const read = (text: string) => readProxyHeader(Buffer.from(text, 'latin1'))

const port = fc.integer({ min: 0, max: 65_535 })
const ends = fc.oneof(fc.tuple(fc.ipV4(), fc.ipV4()), fc.tuple(fc.ipV6(), fc.ipV6()))
const tlvs = fc.array(fc.record({ type: fc.integer({ min: 0, max: 255 }), value: fc.uint8Array({ maxLength: 40 }) }), {
  maxLength: 4,
})

function client(from: string, fromPort: number, to: string, toPort: number): ConnectionInfo {
  return new ConnectionInfo({ host: to, port: toPort }, { host: from, port: fromPort })
}

/** As inet_ntop writes it. */
const canonical = (host: string) => {
  const bytes = ipBytes(host) as Buffer
  return ipText(bytes, 0, bytes.length as 4 | 16).replace(/^::ffff:/, '')
}

describe('the header of the PROXY protocol', () => {
  it('that goes out comes in again, in any split', () => {
    const version = fc.constantFrom(1 as const, 2 as const)
    fc.assert(
      fc.property(version, ends, port, port, tlvs, fc.string(), (v, [from, to], fromPort, toPort, extra, rest) => {
        const info = client(canonical(from), fromPort, canonical(to), toPort)
        // An IPv4 address in IPv6's clothes is shown as what it is: the two ends may differ then.
        fc.pre(info.remoteHost.includes(':') === info.localHost.includes(':'))
        info.proxyTlvs = extra.map(({ type, value }) => ({ type, value: Buffer.from(value) }))
        const bytes = proxyPreface({ version: v, passThrough: 'all', addedTlvs: [] }, info)
        const all = Buffer.concat([bytes, Buffer.from(rest)])
        for (let length = 1; length < bytes.length; length += 1) {
          expect(readProxyHeader(all.subarray(0, length))).toBe(NEED_MORE)
        }
        expect(readProxyHeader(all)).toEqual({
          version: v,
          length: bytes.length,
          addresses: {
            source: { host: info.remoteHost, port: fromPort },
            destination: { host: info.localHost, port: toPort },
          },
          tlvs: v === 1 ? [] : info.proxyTlvs,
        })
      }),
      { numRuns: 200 },
    )
  })

  it('holds for whatever comes', () => {
    for (const seed of seeds) fuzz(seed)
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.nat(60), fc.uint8Array({ maxLength: 8 }), (seed, at, bytes) => {
        const changed = Buffer.concat([seed.subarray(0, at), bytes, seed.subarray(at + bytes.length)])
        if (changed.length > 0) fuzz(changed)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['PROXY TCP4 1.2.3.4 1.2.3.5 1 2 \r\n', BROKEN],
    ['PROXY TCP4  1.2.3.4 1.2.3.5 1 2\r\n', BROKEN],
    ['PROXY TCP4 1.2.3.4 1.2.3.5 01 2\r\n', BROKEN],
    ['PROXY TCP4 1.2.3.4 1.2.3.5 -1 2\r\n', BROKEN],
    ['PROXY TCP4 1.2.3.04 1.2.3.5 1 2\r\n', BROKEN],
    ['PROXY TCP4 1.2.3.4 1.2.3.5 1 2\n', NEED_MORE],
    [`PROXY ${'x'.repeat(101)}`, BROKEN],
    ['PROXY tcp4 1.2.3.4 1.2.3.5 1 2\r\n', BROKEN],
    ['proxy TCP4 1.2.3.4 1.2.3.5 1 2\r\n', ABSENT],
    ['GET / HTTP/1.1', ABSENT],
    ['\x16\x03\x01', ABSENT],
    [`${SIGNATURE}\x11\x11\x00\x0c`, BROKEN],
    [`${SIGNATURE}\x21\x11\x00\x0b`, BROKEN],
    [`${SIGNATURE}\x21\x11\xff\xff`, NEED_MORE],
  ])('%j', (text, expected) => {
    expect(read(text)).toBe(expected)
  })
})

describe('what an upstream is told', () => {
  const config: ProxyProtocolConfig = { version: 2, passThrough: [1], addedTlvs: [{ type: 5, value: 'aGk=' }] }

  it('is UNKNOWN or LOCAL if it is about nobody', () => {
    expect(proxyPreface({ ...config, version: 1 }, null).toString()).toBe('PROXY UNKNOWN\r\n')
    expect(readProxyHeader(proxyPreface(config, null))).toMatchObject({ addresses: null, length: 16 })
    const mixed = client('1.2.3.4', 1, '::1', 2)
    expect(proxyPreface({ ...config, version: 1 }, mixed).toString()).toBe('PROXY UNKNOWN\r\n')
  })

  it('are the TLVs that are added, and of the others those that may pass', () => {
    const info = client('1.2.3.4', 1, '1.2.3.5', 2)
    info.proxyTlvs = [1, 2, 5].map((type) => ({ type, value: Buffer.from([type]) }))
    const header = readProxyHeader(proxyPreface({ ...config, passThrough: [1, 5] }, info))
    expect(header).toMatchObject({
      tlvs: [
        { type: 5, value: Buffer.from('hi') },
        { type: 1, value: Buffer.from([1]) },
      ],
    })
  })
})

describe('the listener filter', () => {
  const options: ProxyProtocolOptions = { allowWithout: false, disallowed: [], passThrough: [] }

  function inspect(text: string, over: Partial<ProxyProtocolOptions> = {}) {
    const info = client('127.0.0.1', 1, '127.0.0.1', 2)
    const filter = new ProxyProtocolFilter({ ...options, ...over }, new ProxyProtocolStats())
    return { result: filter.inspect(info, Buffer.from(text, 'latin1')), info, stats: filter.stats }
  }

  it('says who the client is and where it was going', () => {
    const { result, info, stats } = inspect('PROXY TCP4 10.0.0.1 10.0.0.2 1000 2000\r\nhi')
    expect([result, info.remote, info.direct, info.local, info.localRestored]).toEqual([
      40,
      '10.0.0.1:1000',
      '127.0.0.1:1',
      '10.0.0.2:2000',
      true,
    ])
    expect(stats.versions.v1.found).toBe(1)
  })

  it.each([
    ['no header', 'GET /', {}, REFUSE],
    ['no header where that is allowed', 'GET /', { allowWithout: true }, 0],
    ['a broken header, even where none is allowed', 'PROXY nonsense\r\n', { allowWithout: true }, REFUSE],
    ['a version that is not allowed', 'PROXY UNKNOWN\r\n', { disallowed: [1] }, REFUSE],
    ['an unspecified address', 'PROXY TCP4 0.0.0.0 10.0.0.2 1 2\r\n', {}, REFUSE],
    ['a broadcast address', 'PROXY TCP4 255.255.255.255 10.0.0.2 1 2\r\n', {}, REFUSE],
    ['a multicast address', 'PROXY TCP6 ff02::1 ::1 1 2\r\n', {}, REFUSE],
  ] as const)('%s', (_name, text, over, expected) => {
    const { result, info } = inspect(text, over)
    expect(result).toBe(expected)
    if (expected === REFUSE) expect(info.remote).toBe('127.0.0.1:1')
  })
})
