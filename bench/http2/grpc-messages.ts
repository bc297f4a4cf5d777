/** A gRPC message: not compressed, length, payload. */
export function grpcMessage(size: number): Buffer {
  const bytes = Buffer.alloc(PREFIX + size, 'x')
  bytes[0] = 0
  bytes.writeUInt32BE(size, 1)
  return bytes
}

const PREFIX = 5

/** Counts the whole messages of one stream, however its DATA frames cut them. */
export class MessageCounter {
  #prefix = 0
  #length = 0
  #left = 0

  /** @returns how many messages ended within these bytes */
  read(bytes: Buffer, start: number, end: number): number {
    let count = 0
    let at = start
    while (at < end) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, end - at)
        at += taken
        this.#left -= taken
      } else if (this.#prefixDone(bytes[at++] as number)) {
        this.#left = this.#length
      } else {
        continue
      }
      if (this.#left === 0) count += 1
    }
    return count
  }

  #prefixDone(byte: number): boolean {
    this.#length = this.#prefix === 0 ? 0 : ((this.#length << 8) | byte) >>> 0
    this.#prefix = (this.#prefix + 1) % PREFIX
    return this.#prefix === 0
  }
}
