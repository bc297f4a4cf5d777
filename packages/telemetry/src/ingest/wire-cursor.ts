import { MizzenError } from '@mizzen/base'

/** Wire types of protobuf. https://protobuf.dev/programming-guides/encoding/ */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/**
 * Reads a protobuf message in place. Streams of a thousand proxies repeat the same labels twice a second: they are told
 * apart by their bytes, which a reader that makes values of them cannot give.
 * All methods throw MizzenError `bad-message` at bytes that are none.
 */
export class WireCursor {
  readonly bytes: Buffer
  pos = 0
  /** Of the message that is read now. */
  end: number
  /** Of the field at hand. */
  field = 0
  wire = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.end = bytes.length
  }

  /** Goes on to the next field; false at the end. */
  next(): boolean {
    if (this.pos >= this.end) return false
    const tag = this.varint()
    this.field = tag >>> 3
    this.wire = tag & 7
    return true
  }

  /** Up to 2^53. */
  varint(): number {
    let value = 0
    let factor = 1
    for (let read = 0; read < 10; read += 1) {
      if (this.pos >= this.end) throw bad('it ends within a number')
      const byte = this.bytes[this.pos] as number
      this.pos += 1
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
    throw bad('a number is too long')
  }

  double(): number {
    if (this.pos + 8 > this.end) throw bad('it ends within a number')
    this.pos += 8
    return this.bytes.readDoubleLE(this.pos - 8)
  }

  /** `fixed64`. */
  fixed64(): bigint {
    if (this.pos + 8 > this.end) throw bad('it ends within a number')
    this.pos += 8
    return this.bytes.readBigUInt64LE(this.pos - 8)
  }

  /** `int64`: negative ones have ten bytes. */
  int64(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.pos >= this.end) throw bad('it ends within a number')
      const byte = this.bytes[this.pos] as number
      this.pos += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, value)
    }
    throw bad('a number is too long')
  }

  text(): string {
    const to = this.#lengthDelimited()
    const text = this.bytes.toString('utf8', this.pos, to)
    this.pos = to
    return text
  }

  /** The bytes of the field, not copied. */
  part(): Buffer {
    const to = this.#lengthDelimited()
    const part = this.bytes.subarray(this.pos, to)
    this.pos = to
    return part
  }

  /** Reads the message that the field holds with `read`, and goes on behind it. */
  within(read: () => void): void {
    const { end } = this
    const to = this.#lengthDelimited()
    this.end = to
    read()
    this.pos = to
    this.end = end
  }

  /** Enters the message that the field holds; give what it returns to `leave`. */
  enter(): number {
    const { end } = this
    this.end = this.#lengthDelimited()
    return end
  }

  leave(end: number): void {
    this.pos = this.end
    this.end = end
  }

  skip(): void {
    if (this.wire === WIRE.bytes) this.pos = this.#lengthDelimited()
    else if (this.wire === WIRE.varint) this.varint()
    else if (this.wire === WIRE.fixed64) this.pos += 8
    else if (this.wire === WIRE.fixed32) this.pos += 4
    else throw bad(`wire type ${this.wire}`)
    if (this.pos > this.end) throw bad('it ends within a field')
  }

  #lengthDelimited(): number {
    if (this.wire !== WIRE.bytes) throw bad(`field ${this.field} has wire type ${this.wire}`)
    const length = this.varint()
    if (this.pos + length > this.end) throw bad('it ends within a field')
    return this.pos + length
  }
}

function bad(why: string): MizzenError {
  return new MizzenError('bad-message', `not a message that can be read: ${why}`)
}
