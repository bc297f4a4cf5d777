import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_OVERHEAD, FIELD_OVERHEAD } from '../src/hpack/encoder.ts'
import { decodeHuffman } from '../src/hpack/huffman.ts'
import { HpackDecoder, HpackEncoder, STATIC_TABLE } from '../src/hpack/index.ts'
import { encodeHuffman, PlainDecoder, type PlainField, plainHuffman } from './plain-hpack.ts'

const plainFields = {
  statics: STATIC_TABLE.map(([name, value]) => ({ name, value })),
  make: (name: string, value: string, neverIndexed: boolean) => ({ name, value, neverIndexed }),
}

function makeDecoder(allowed?: number) {
  return new HpackDecoder<{ name: string; value: string; neverIndexed?: boolean }>(plainFields, allowed)
}

function decode(decoder: ReturnType<typeof makeDecoder>, block: Buffer): PlainField[] {
  const { fields, count } = decoder.decode(block, 0, block.length, 10_000, 10_000_000)
  return fields.slice(0, count).map(({ name, value }) => [name, value])
}

function encode(encoder: HpackEncoder, fields: readonly PlainField[]): Buffer {
  const most = fields.reduce((sum, [name, value]) => sum + name.length + value.length + FIELD_OVERHEAD, BLOCK_OVERHEAD)
  const out = Buffer.alloc(most)
  let at = encoder.begin(out, 0)
  for (const [name, value] of fields) at = encoder.field(name, value, out, at)
  return out.subarray(0, at)
}

const latin1 = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
})
/** Few names and values, so that they come again; and some large ones, which push others out of the table. */
const field: fc.Arbitrary<PlainField> = fc.tuple(
  fc.constantFrom(':status', ':path', 'content-type', 'x-a', 'x-b', 'x-c', 'authorization', 'date'),
  fc.oneof(fc.constantFrom('200', 'a', 'b', 'c'.repeat(400), 'd'.repeat(600), 'e'.repeat(5000)), latin1),
)

describe("HPACK's Huffman code", () => {
  it.each([
    [0, '1ff8', 13],
    [48, '0', 5],
    [249, 'ffffffe', 28],
    [255, '3ffffee', 26],
  ])('has the code of RFC 7541 for octet %i', (octet, code, bits) => {
    const text = BigInt(`0x${code}`).toString(2).padStart(bits, '0')
    const padded = text.padEnd(Math.ceil(bits / 8) * 8, '1')
    const bytes = Buffer.from((padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
    expect(decodeHuffman(bytes, 0, bytes.length)).toBe(String.fromCharCode(octet))
  })

  it('decodes as bit by bit', () => {
    fc.assert(
      fc.property(latin1, (text) => {
        const bytes = encodeHuffman(text)
        expect(decodeHuffman(bytes, 0, bytes.length)).toBe(text)
      }),
    )
  })

  it('refuses what bit by bit is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const outcome = (run: () => string) => {
          try {
            return run()
          } catch {
            return null
          }
        }
        expect(outcome(() => decodeHuffman(bytes, 0, bytes.length))).toBe(outcome(() => plainHuffman(bytes)))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('the decoder', () => {
  it('reads the three requests of RFC 7541 C.4 one after the other', () => {
    const decoder = makeDecoder()
    const first = [
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'www.example.com'],
    ]
    expect(decode(decoder, Buffer.from('828684418cf1e3c2e5f23a6ba0ab90f4ff', 'hex'))).toEqual(first)
    expect(decode(decoder, Buffer.from('828684be5886a8eb10649cbf', 'hex'))).toEqual([
      ...first,
      ['cache-control', 'no-cache'],
    ])
    expect(decode(decoder, Buffer.from('828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf', 'hex'))).toEqual([
      [':method', 'GET'],
      [':scheme', 'https'],
      [':path', '/index.html'],
      [':authority', 'www.example.com'],
      ['custom-key', 'custom-value'],
    ])
    expect(decoder.tableSize).toBe(164)
  })

  it('does as the plain one with any bytes, block after block, and again with the same', () => {
    const block = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom(...['8286', '20', '3fe11f', '40016101628286be']).map((hex) => Buffer.from(hex, 'hex')),
    )
    const blocks = fc.array(fc.tuple(block, fc.integer({ min: 1, max: 4 })), { maxLength: 8 })
    fc.assert(
      fc.property(blocks, (list) => {
        const [decoder, plain] = [makeDecoder(), new PlainDecoder()]
        for (const bytes of list.flatMap(([bytes, times]) => Array(times).fill(Buffer.from(bytes)) as Buffer[])) {
          let wanted: PlainField[] | null = null
          try {
            wanted = plain.decode(bytes)
          } catch {}
          if (wanted === null) {
            expect(() => decode(decoder, bytes)).toThrow('HPACK')
            return
          }
          expect(decode(decoder, bytes)).toEqual(wanted)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('gives the same object for a block that comes again, until the table changes', () => {
    const decoder = makeDecoder()
    const same = Buffer.from('8286840f0d0161', 'hex')
    const other = Buffer.from('40016101 62'.replace(' ', ''), 'hex')
    const read = (block: Buffer) => decoder.decode(block, 0, block.length, 100, 1000)
    read(same)
    const kept = read(same)
    expect(read(same)).toBe(kept)
    read(other)
    expect(read(same)).not.toBe(kept)
    expect(decode(decoder, same)).toEqual(decode(makeDecoder(), same))
  })

  it('stops adding at its limits, and says which', () => {
    const block = encode(new HpackEncoder(), [
      ['x-a', 'aaaa'],
      ['x-b', 'bbbb'],
    ])
    const few = makeDecoder().decode(block, 0, block.length, 1, 1000)
    expect([few.count, few.overflow]).toEqual([1, 'fields'])
    const small = makeDecoder().decode(block, 0, block.length, 100, 10)
    expect([small.count, small.bytes, small.overflow]).toEqual([1, 7, 'bytes'])
  })

  it('keeps the table right beyond its limits', () => {
    const decoder = makeDecoder()
    const block = Buffer.from('400161016240016301 64'.replace(' ', ''), 'hex')
    expect(decoder.decode(block, 0, block.length, 1, 1000).overflow).toBe('fields')
    expect(decode(decoder, Buffer.from('bebf', 'hex'))).toEqual([
      ['c', 'd'],
      ['a', 'b'],
    ])
  })

  it('tells who must never be indexed', () => {
    const block = Buffer.from('1001610162', 'hex')
    expect(makeDecoder().decode(block, 0, block.length, 10, 100).fields[0]?.neverIndexed).toBe(true)
  })
})

describe('the encoder', () => {
  it('is understood, whatever it remembers, and however the peer changes its table', () => {
    const step = fc.oneof(fc.array(field, { maxLength: 6 }), fc.constantFrom(0, 40, 100, 4096, 65_536))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const encoder = new HpackEncoder()
        const [decoder, plain] = [makeDecoder(), new PlainDecoder()]
        for (const one of steps) {
          if (typeof one === 'number') encoder.setTableSize(one)
          else {
            const block = encode(encoder, one)
            expect(plain.decode(block)).toEqual(one)
            expect(decode(decoder, block)).toEqual(one)
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('needs one octet for what comes for the third time', () => {
    const encoder = new HpackEncoder()
    const fields: PlainField[] = [['content-type', 'application/grpc']]
    const lengths = [1, 2, 3].map(() => encode(encoder, fields).length)
    expect(lengths[2]).toBe(1)
  })

  it('never has secrets indexed, nor what somebody asked for', () => {
    const encoder = new HpackEncoder((name) => name === 'x-secret')
    for (let time = 0; time < 3; time += 1) {
      for (const name of ['authorization', 'cookie', 'set-cookie', 'x-secret']) {
        expect((encode(encoder, [[name, 'a']])[0] as number) & 0xf0).toBe(0x10)
      }
    }
  })

  it('announces the smallest table of several changes, and the last', () => {
    const encoder = new HpackEncoder()
    encoder.setTableSize(0)
    encoder.setTableSize(100)
    expect(encode(encoder, []).toString('hex')).toBe('203f45')
  })
})
