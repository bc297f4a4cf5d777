import { describe, expect, it } from 'vitest'
import { decodeHeaders, encodeHeaders } from '../src/client/hpack.ts'

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

describe('HPACK', () => {
  it('reads the first request of RFC 7541 C.4, static names and Huffman code', () => {
    expect([...decodeHeaders(hex('8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff'))]).toEqual([
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'www.example.com'],
    ])
  })

  it('reads the first response of RFC 7541 C.6', () => {
    const block =
      '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e ' +
      '919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3'
    expect(Object.fromEntries(decodeHeaders(hex(block)))).toEqual({
      ...{ ':status': '302', 'cache-control': 'private', location: 'https://www.example.com' },
      date: 'Mon, 21 Oct 2013 20:13:21 GMT',
    })
  })

  it('reads what it writes, long values too', () => {
    const headers = [
      [':path', `/${'a'.repeat(1_000)}`],
      ['te', 'trailers'],
    ] as const
    expect([...decodeHeaders(encodeHeaders(headers))]).toEqual(headers)
  })

  it.each([
    ['a table entry that was never kept', 'be'],
    ['a text that ends too early', '0003 6162'],
    ['a number without end', 'ff ff ff ff ff ff ff'],
    ['a block that ends within an entry', '40'],
  ])('refuses %s', (_what, block) => {
    expect(() => decodeHeaders(hex(block))).toThrow('HPACK')
  })
})
