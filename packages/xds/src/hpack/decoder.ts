import { MizzenError } from '@mizzen/base'
import { DynamicTable } from './dynamic-table.ts'
import type { FieldFactory, HeaderBlock, HpackField } from './field.ts'
import { decodeHuffman } from './huffman.ts'
import { DEFAULT_TABLE_SIZE, STATIC_TABLE } from './static-table.ts'

/** Blocks remembered by their bytes, and the longest that is. */
const CACHED_BLOCKS = 8
const MAX_CACHED_BYTES = 256

class Block<F extends HpackField> implements HeaderBlock<F> {
  fields: F[] = []
  count = 0
  bytes = 0
  overflow: HeaderBlock<F>['overflow'] = ''
}

interface CachedBlock<F extends HpackField> {
  readonly bytes: Buffer
  readonly generation: number
  readonly maxFields: number
  readonly maxBytes: number
  readonly block: HeaderBlock<F>
}

/**
 * Decodes header blocks (RFC 7541), one decoder for each direction of a connection.
 *
 * The trick: a client that sends the same request again and again sends the same few bytes, once its fields are in the
 * table. A block that did not change the table, decoded while the table means the same as before, decodes to the same
 * fields: it is looked up by its bytes. A block is kept when its like comes for the second time, and the caller gets the
 * same object for it, so that it may keep what it made of it. The tests decode with and without.
 */
export class HpackDecoder<F extends HpackField> {
  readonly #factory: FieldFactory<F>
  readonly #table: DynamicTable<F>
  /** What the peer was allowed, bytes. */
  #maxTableSize: number
  #scratch = new Block<F>()
  #cache: (CachedBlock<F> | undefined)[] | null = null
  /** Of the last block of each slot of the cache that was not found there. */
  readonly #seen = new Int32Array(CACHED_BLOCKS)
  #input: Buffer = NOTHING
  #at = 0
  #end = 0
  #maxFields = 0
  #maxBytes = 0

  constructor(factory: FieldFactory<F>, maxTableSize = DEFAULT_TABLE_SIZE) {
    this.#factory = factory
    this.#maxTableSize = maxTableSize
    this.#table = new DynamicTable(Math.min(maxTableSize, DEFAULT_TABLE_SIZE))
  }

  /** The peer has acknowledged a setting: a change of its table may go so far from now on (RFC 9113 4.3.1). */
  allowTable(maxTableSize: number): void {
    this.#maxTableSize = maxTableSize
  }

  /** Bytes that the table takes now. */
  get tableSize(): number {
    return this.#table.size
  }

  /**
   * Decodes one whole block, and keeps the table right even where the block has more fields or bytes than allowed.
   * Throws MizzenError `bad-hpack`, after which the decoder is of no use.
   * @returns its fields; overwritten by the next call, unless the block was kept: then the same object comes again
   */
  decode(input: Buffer, start: number, end: number, maxFields: number, maxBytes: number): HeaderBlock<F> {
    const length = end - start
    const signature = length > MAX_CACHED_BYTES || length < 4 ? 0 : signatureOf(input, start, end)
    if (signature !== 0) {
      const found = this.#cached(signature, input, start, end)
      if (found !== null && found.maxFields === maxFields && found.maxBytes === maxBytes) return found.block
    }
    this.#input = input
    this.#at = start
    this.#end = end
    this.#maxFields = maxFields
    this.#maxBytes = maxBytes
    const { generation } = this.#table
    const block = this.#scratch
    block.count = 0
    block.bytes = 0
    block.overflow = ''
    this.#sizeUpdates()
    while (this.#at < end) this.#field(block)
    this.#input = NOTHING
    if (signature !== 0) {
      const slot = signature & (CACHED_BLOCKS - 1)
      if (signature === this.#seen[slot] && generation === this.#table.generation) this.#keep(slot, start, input)
      this.#seen[slot] = signature
    }
    return block
  }

  #cached(signature: number, input: Buffer, start: number, end: number): CachedBlock<F> | null {
    const found = this.#cache?.[signature & (CACHED_BLOCKS - 1)]
    if (found === undefined || found.generation !== this.#table.generation) return null
    const { bytes } = found
    if (bytes.length !== end - start) return null
    for (let at = 0; at < bytes.length; at += 1) if (bytes[at] !== input[start + at]) return null
    return found
  }

  #keep(slot: number, start: number, input: Buffer): void {
    const block = this.#scratch
    const bytes = Buffer.from(input.subarray(start, this.#end))
    this.#cache ??= new Array(CACHED_BLOCKS).fill(undefined)
    this.#cache[slot] = {
      bytes,
      generation: this.#table.generation,
      maxFields: this.#maxFields,
      maxBytes: this.#maxBytes,
      block,
    }
    this.#scratch = new Block()
  }

  /** Only at a block's beginning (RFC 7541 4.2). */
  #sizeUpdates(): void {
    while (this.#at < this.#end && ((this.#input[this.#at] as number) & 0xe0) === 0x20) {
      const size = this.#integer(0x1f)
      if (size > this.#maxTableSize) throw broken('a table larger than allowed')
      this.#table.resize(size)
    }
  }

  #field(block: Block<F>): void {
    const first = this.#input[this.#at] as number
    if (first >= 0x80) {
      this.#add(block, this.#entry(this.#integer(0x7f)))
    } else if (first >= 0x40) {
      const field = this.#literal(0x3f, false)
      this.#table.insert(field)
      this.#add(block, field)
    } else if (first >= 0x20) {
      throw broken('a change of the table size after the first field')
    } else {
      this.#add(block, this.#literal(0x0f, first >= 0x10))
    }
  }

  #literal(mask: number, neverIndexed: boolean): F {
    const index = this.#integer(mask)
    const name = index === 0 ? this.#text() : this.#entry(index).name
    return this.#factory.make(name, this.#text(), neverIndexed)
  }

  #add(block: Block<F>, field: F): void {
    const bytes = block.bytes + field.name.length + field.value.length
    if (block.count >= this.#maxFields || bytes > this.#maxBytes) {
      block.overflow = block.count >= this.#maxFields ? 'fields' : 'bytes'
      return
    }
    block.bytes = bytes
    block.fields[block.count] = field
    block.count += 1
  }

  #entry(index: number): F {
    const field =
      index <= STATIC_TABLE.length ? this.#factory.statics[index - 1] : this.#table.at(index - STATIC_TABLE.length - 1)
    if (field === undefined) throw broken(`there is no entry ${index}`)
    return field
  }

  /** RFC 7541 5.1. More than 28 bits are refused. */
  #integer(mask: number): number {
    const start = this.#byte() & mask
    if (start < mask) return start
    let value = start
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#byte()
      value += (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw broken('an integer that is too large')
  }

  #text(): string {
    if (this.#at >= this.#end) throw broken('a block that ends too early')
    const huffman = (this.#input[this.#at] as number) >= 0x80
    const length = this.#integer(0x7f)
    const start = this.#at
    if (length > this.#end - start) throw broken('a text that ends too early')
    this.#at = start + length
    if (huffman) return decodeHuffman(this.#input, start, start + length)
    return this.#input.toString('latin1', start, start + length)
  }

  #byte(): number {
    if (this.#at >= this.#end) throw broken('a block that ends too early')
    return this.#input[this.#at++] as number
  }
}

const NOTHING = Buffer.alloc(0)

/** Cheap, and different for most blocks that differ; never 0. For blocks of four bytes and more. */
function signatureOf(input: Buffer, start: number, end: number): number {
  let hash = end - start
  const middle = (start + end) >> 1
  hash = Math.imul(hash, 31) + (input[start] as number)
  hash = Math.imul(hash, 31) + (input[middle - 1] as number)
  hash = Math.imul(hash, 31) + (input[middle] as number)
  hash = Math.imul(hash, 31) + (input[end - 2] as number)
  hash = Math.imul(hash, 31) + (input[end - 1] as number)
  return (hash ^ (hash >>> 15)) | 0x4000_0000
}

function broken(what: string): MizzenError {
  return new MizzenError('bad-hpack', `HPACK: ${what}`)
}
