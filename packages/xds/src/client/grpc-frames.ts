/** Bytes before each message: a flag (1 = compressed) and the length, big-endian. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const PREFIX_BYTES = 5

/** One message with its prefix. */
export function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(PREFIX_BYTES + message.byteLength)
  framed[0] = 0
  framed.writeUInt32BE(message.byteLength, 1)
  framed.set(message, PREFIX_BYTES)
  return framed
}

/** Cuts a stream of bytes into messages. Holds at most one message that is not complete, and no more than `maxBytes` of it. */
export class FrameReader {
  readonly #maxBytes: number
  #chunks: Buffer[] = []
  #held = 0
  /** Bytes until something can be said: a prefix, or the rest of a message with its prefix. */
  #needed = PREFIX_BYTES

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The messages that `chunk` completes. Throws if one is compressed or too large; the reader is of no use after that. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk)
    this.#held += chunk.byteLength
    const messages: Buffer[] = []
    while (this.#held >= this.#needed) {
      const bytes = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks, this.#held)
      this.#chunks = [bytes]
      this.#needed = PREFIX_BYTES + this.#length(bytes)
      if (bytes.byteLength < this.#needed) break
      messages.push(bytes.subarray(PREFIX_BYTES, this.#needed))
      this.#chunks = [bytes.subarray(this.#needed)]
      this.#held -= this.#needed
      this.#needed = PREFIX_BYTES
    }
    return messages
  }

  #length(bytes: Buffer): number {
    if (bytes[0] !== 0) throw new Error('compressed message, though none was asked for')
    const length = bytes.readUInt32BE(1)
    if (length > this.#maxBytes) throw new Error(`message of ${length} bytes, more than the limit of ${this.#maxBytes}`)
    return length
  }
}
