import { HUFFMAN_LENGTHS } from '../src/hpack/huffman.ts'
import { STATIC_TABLE } from '../src/hpack/static-table.ts'

export type PlainField = readonly [name: string, value: string]

/** HPACK as RFC 7541 reads, without a thought for speed: the oracle of the decoder. Throws for what is malformed. */
export class PlainDecoder {
  #table: PlainField[] = []
  #limit: number
  readonly #allowed: number

  constructor(allowed = 4096) {
    this.#allowed = allowed
    this.#limit = Math.min(allowed, 4096)
  }

  decode(block: Uint8Array): PlainField[] {
    const fields: PlainField[] = []
    let at = 0
    const next = () => {
      const byte = block[at++]
      if (byte === undefined) throw new Error('too short')
      return byte
    }
    const integer = (bits: number) => {
      const most = 2 ** bits - 1
      let value = (block[at++] ?? fail()) & most
      if (value < most) return value
      for (let shift = 0; ; shift += 7) {
        if (shift > 21) throw new Error('too large')
        const byte = next()
        value += (byte & 0x7f) * 2 ** shift
        if (byte < 0x80) return value
      }
    }
    const text = () => {
      const huffman = ((block[at] ?? fail()) & 0x80) !== 0
      const length = integer(7)
      if (at + length > block.length) throw new Error('too short')
      const bytes = block.subarray(at, at + length)
      at += length
      return huffman ? plainHuffman(bytes) : Buffer.from(bytes).toString('latin1')
    }
    while (at < block.length) {
      const first = block[at] as number
      if (first >= 0x80) fields.push(this.#entry(integer(7)))
      else if (first >= 0x40) {
        const field = this.#literal(integer(6), text)
        this.#insert(field)
        fields.push(field)
      } else if (first >= 0x20) {
        if (fields.length > 0) throw new Error('not at the beginning')
        this.#limit = integer(5)
        if (this.#limit > this.#allowed) throw new Error('too large')
        this.#evict()
      } else fields.push(this.#literal(integer(4), text))
    }
    return fields
  }

  #literal(index: number, text: () => string): PlainField {
    const name = index === 0 ? text() : this.#entry(index)[0]
    return [name, text()]
  }

  #entry(index: number): PlainField {
    return [...STATIC_TABLE, ...this.#table][index - 1] ?? fail()
  }

  #insert(field: PlainField): void {
    this.#table.unshift(field)
    this.#evict()
  }

  #evict(): void {
    const size = () => this.#table.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0)
    while (size() > this.#limit) this.#table.pop()
  }
}

function fail(): never {
  throw new Error('no such entry')
}

/** Codes by their bits; canonical, as their lengths say (the last one, of thirty bits, ends a string). */
const CODES = new Map<string, number>()
const lengths = [...HUFFMAN_LENGTHS].map((digit) => Number.parseInt(digit, 36)).concat(30)
let code = 0
for (let length = 1; length <= 30; length += 1, code *= 2) {
  for (const [octet, own] of lengths.entries()) {
    if (own === length) CODES.set((code++).toString(2).padStart(length, '0'), octet)
  }
}

export function plainHuffman(bytes: Uint8Array): string {
  let text = ''
  let bits = ''
  for (const bit of [...bytes].flatMap((byte) => [...byte.toString(2).padStart(8, '0')])) {
    bits += bit
    const octet = CODES.get(bits)
    if (octet === undefined) continue
    if (octet === 256) throw new Error('end of string')
    text += String.fromCharCode(octet)
    bits = ''
  }
  if (bits.length > 7 || bits.includes('0')) throw new Error('wrong padding')
  return text
}

/** Huffman-codes a text, padded with ones. */
export function encodeHuffman(text: string): Buffer {
  const byOctet = new Map([...CODES].map(([bits, octet]) => [octet, bits]))
  const bits = [...text].map((char) => byOctet.get(char.charCodeAt(0))).join('')
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1')
  return Buffer.from((padded.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)))
}
