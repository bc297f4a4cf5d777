import { MizzenError } from '@mizzen/base'

/** How a field's value is laid out (protobuf encoding: wire types). Groups (3, 4) are not used by proto3. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads protobuf's wire format from a buffer, front to back. Throws MizzenError `bad-protobuf` for bytes that end too
 * early or are no valid encoding.
 *
 * Our own rather than the protobuf library's: a proxy holds this code all its life, and the library with the
 * descriptors of Envoy's API takes 23 MB of each.
 */
export class WireReader {
  readonly #bytes: Uint8Array
  #view: DataView | null = null
  #at = 0
  readonly #end: number

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end = bytes.length
  }

  get done(): boolean {
    return this.#at >= this.#end
  }

  /** Field number and wire type of the next field. */
  tag(): { readonly field: number; readonly wireType: number } {
    const tag = this.uint32()
    if (tag >>> 3 === 0) throw invalid('field number 0')
    return { field: tag >>> 3, wireType: tag & 7 }
  }

  /** A varint of at most 64 bits, unsigned. */
  uint64(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw invalid('a varint of more than ten bytes')
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.uint64())
  }

  /** A varint of at most 64 bits that is not 0. */
  bool(): boolean {
    let bits = 0
    for (let index = 0; index < 10; index += 1) {
      const byte = this.#byte()
      bits |= byte & 0x7f
      if (byte < 0x80) return bits !== 0
    }
    throw invalid('a varint of more than ten bytes')
  }

  /** A varint cut to its low 32 bits, unsigned. */
  uint32(): number {
    let value = 0
    for (let index = 0; index < 10; index += 1) {
      const byte = this.#byte()
      if (index < 5) value |= (byte & 0x7f) << (7 * index)
      if (byte < 0x80) return value >>> 0
    }
    throw invalid('a varint of more than ten bytes')
  }

  int32(): number {
    return this.uint32() | 0
  }

  double(): number {
    return this.#numbers().getFloat64(this.#take(8), true)
  }

  float(): number {
    return this.#numbers().getFloat32(this.#take(4), true)
  }

  fixed32(): number {
    return this.#numbers().getUint32(this.#take(4), true)
  }

  fixed64(): bigint {
    return this.#numbers().getBigUint64(this.#take(8), true)
  }

  /** A view of the buffer, not a copy. */
  bytes(): Uint8Array {
    const length = this.uint32()
    const at = this.#take(length)
    return this.#bytes.subarray(at, at + length)
  }

  string(): string {
    try {
      return utf8.decode(this.bytes())
    } catch (error) {
      if (error instanceof MizzenError) throw error
      throw invalid('a string that is not UTF-8')
    }
  }

  skip(wireType: number): void {
    if (wireType === WireType.varint) this.uint64()
    else if (wireType === WireType.fixed64) this.#take(8)
    else if (wireType === WireType.bytes) this.#take(this.uint32())
    else if (wireType === WireType.fixed32) this.#take(4)
    else throw invalid(`wire type ${wireType}`)
  }

  /** Most messages have none of a fixed size. */
  #numbers(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes
    this.#view ??= new DataView(buffer, byteOffset, byteLength)
    return this.#view
  }

  #byte(): number {
    return this.#bytes[this.#take(1)] as number
  }

  #take(length: number): number {
    const at = this.#at
    if (length > this.#end - at) throw invalid('bytes that end too early')
    this.#at = at + length
    return at
  }
}

function invalid(what: string): MizzenError {
  return new MizzenError('bad-protobuf', `invalid protobuf: ${what}`)
}
