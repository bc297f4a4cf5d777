import { decodeHuffman } from './hpack-huffman.ts'

/** The names (and values) of HPACK's static table that a gRPC response can refer to, and all others (RFC 7541, appendix A). */
const STATIC: readonly (readonly [name: string, value: string])[] = (
  ':authority :method=GET :method=POST :path=/ :path=/index.html :scheme=http :scheme=https :status=200 :status=204 ' +
  ':status=206 :status=304 :status=400 :status=404 :status=500 accept-charset accept-encoding=gzip,_deflate ' +
  'accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control ' +
  'content-disposition content-encoding content-language content-length content-location content-range content-type ' +
  'cookie date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since ' +
  'last-modified link location max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after ' +
  'server set-cookie strict-transport-security transfer-encoding user-agent vary via www-authenticate'
)
  .split(' ')
  .map((entry) => {
    const at = entry.indexOf('=')
    return at === -1 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1).replace('_', ' ')]
  })

/** A header block of literals that nobody is to index: understood by every decoder, whatever its table. */
export function encodeHeaders(headers: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(headers.flatMap(([name, value]) => [Buffer.from([0]), encodeText(name), encodeText(value)]))
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  return Buffer.concat([encodeInteger(bytes.length), bytes])
}

/** With a prefix of seven bits, the eighth (Huffman) being 0. */
function encodeInteger(value: number): Buffer {
  if (value < 0x7f) return Buffer.from([value])
  const bytes = [0x7f]
  let rest = value - 0x7f
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return Buffer.from([...bytes, rest])
}

/**
 * Decodes a header block of a peer that was told to keep no table (SETTINGS_HEADER_TABLE_SIZE 0): what it asks to be
 * remembered is not, and referring to it is an error. Throws an Error for a block that is malformed.
 */
export function decodeHeaders(block: Uint8Array): ReadonlyMap<string, string> {
  const reader = new BlockReader(block)
  const headers = new Map<string, string>()
  while (!reader.done) {
    const kind = reader.peek()
    if ((kind & 0x80) !== 0) {
      headers.set(...staticEntry(reader.integer(7)))
    } else if ((kind & 0xe0) === 0x20) {
      reader.integer(5)
    } else {
      const index = reader.integer((kind & 0x40) === 0 ? 4 : 6)
      const name = index === 0 ? reader.text() : staticEntry(index)[0]
      headers.set(name, reader.text())
    }
  }
  return headers
}

function staticEntry(index: number): readonly [string, string] {
  const entry = STATIC[index - 1]
  if (entry === undefined) throw new Error(`HPACK: there is no entry ${index}`)
  return entry
}

class BlockReader {
  readonly #block: Uint8Array
  #at = 0

  constructor(block: Uint8Array) {
    this.#block = block
  }

  get done(): boolean {
    return this.#at >= this.#block.length
  }

  peek(): number {
    return this.#block[this.#at] as number
  }

  /** RFC 7541 5.1. More than 28 bits are refused. */
  integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1
    const start = this.#byte() & mask
    if (start < mask) return start
    let value = start
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte()
      value += (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new Error('HPACK: an integer that is too large')
  }

  text(): string {
    const huffman = (this.peek() & 0x80) !== 0
    const length = this.integer(7)
    if (length > this.#block.length - this.#at) throw new Error('HPACK: a text that ends too early')
    const bytes = this.#block.subarray(this.#at, this.#at + length)
    this.#at += length
    return huffman ? decodeHuffman(bytes) : Buffer.from(bytes).toString('latin1')
  }

  #byte(): number {
    const byte = this.#block[this.#at]
    if (byte === undefined) throw new Error('HPACK: a block that ends too early')
    this.#at += 1
    return byte
  }
}
