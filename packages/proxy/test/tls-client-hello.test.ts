import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseClientHello } from '../src/tls/client-hello.ts'
import { recordClientHello } from './client-hello.ts'
import { fuzz, seeds } from './fuzz/client-hello.ts'

describe('ClientHello', () => {
  let named: Buffer
  let bare: Buffer

  beforeAll(async () => {
    named = await recordClientHello({ servername: 'Alpha.Test', ALPNProtocols: ['h2', 'http/1.1'] })
    bare = await recordClientHello({})
  })

  it('tells server name and protocols', () => {
    expect(parseClientHello(named)).toEqual({ serverName: 'alpha.test', applicationProtocols: ['h2', 'http/1.1'] })
    expect(parseClientHello(bare)).toEqual({ serverName: '', applicationProtocols: [] })
  })

  it('may come in any pieces', () => {
    for (let length = 0; length < named.length; length += 1) {
      expect(parseClientHello(named.subarray(0, length))).toBe('incomplete')
    }
  })

  it('may be spread over several records, and be followed by others', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 }), (sizes) => {
        const whole = parseClientHello(named)
        expect(parseClientHello(inRecords(named, sizes))).toEqual(whole)
        expect(parseClientHello(Buffer.concat([inRecords(named, sizes), Buffer.from([20, 3, 3, 0, 1, 1])]))).toEqual(
          whole,
        )
      }),
    )
  })

  it.each([
    ['GET / HTTP/1.1', 'not-tls'],
    ['\x16\x02', 'not-tls'],
    ['\x16\x03\x01\x00\x05\x02', 'not-tls'],
    ['\x16\x03\x01\x00\x00\x01', 'malformed'],
    ['\x16\x03\x01\xff\xff\x01', 'malformed'],
    ['\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00', 'malformed'],
    ['\x16\x03\x01', 'incomplete'],
    ['', 'incomplete'],
  ])('%j is %s', (text, verdict) => {
    expect(parseClientHello(Buffer.from(text, 'latin1'))).toBe(verdict)
  })

  it('survives changed bytes', () => {
    for (const seed of seeds) fuzz(seed)
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 255 }), (at, byte) => {
        const changed = Buffer.from(named)
        changed[at % changed.length] = byte
        const verdict = parseClientHello(changed)
        expect(typeof verdict === 'object' || ['incomplete', 'malformed', 'not-tls'].includes(verdict)).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

/** The same handshake message in records of these sizes, the last one as large as it must be. */
function inRecords(hello: Buffer, sizes: readonly number[]): Buffer {
  let rest = hello.subarray(5)
  const records: Buffer[] = []
  for (const size of [...sizes, rest.length]) {
    const part = rest.subarray(0, size)
    rest = rest.subarray(size)
    if (part.length > 0) records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part)
  }
  return Buffer.concat(records)
}
