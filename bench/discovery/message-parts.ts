const PREFIX_BYTES = 5
/** Messages are some hundred bytes to some MB; buffers are of these sizes and of powers of two above them. */
const LEAST_BYTES = 64 * 1024
/** Of each size: as many streams may be in the middle of a message. */
const MOST_KEPT = 1_024

const kept = new Map<number, Buffer[]>()

/**
 * Puts gRPC messages together. Buffers are used again, by all streams: each message of hundreds of streams would else be half
 * a MB of garbage, and the client would measure its own collector.
 */
export class MessageParts {
  readonly #onMessage: (bytes: Buffer) => void
  readonly #prefix = Buffer.alloc(PREFIX_BYTES)
  #prefixBytes = 0
  #message: Buffer | undefined
  #length = 0
  #filled = 0

  /** @param onMessage gets bytes that are good until it returns */
  constructor(onMessage: (bytes: Buffer) => void) {
    this.#onMessage = onMessage
  }

  push(piece: Buffer): void {
    let at = 0
    while (at < piece.length) at = this.#message === undefined ? this.#begin(piece, at) : this.#fill(piece, at)
  }

  #begin(piece: Buffer, at: number): number {
    const from = at + piece.copy(this.#prefix, this.#prefixBytes, at)
    this.#prefixBytes += from - at
    if (this.#prefixBytes < PREFIX_BYTES) return from
    this.#prefixBytes = 0
    this.#length = this.#prefix.readUInt32BE(1)
    this.#filled = 0
    if (piece.length - from < this.#length) {
      this.#message = take(this.#length)
      return from
    }
    this.#onMessage(piece.subarray(from, from + this.#length))
    return from + this.#length
  }

  #fill(piece: Buffer, at: number): number {
    const message = this.#message as Buffer
    const copied = piece.copy(message, this.#filled, at, at + this.#length - this.#filled)
    this.#filled += copied
    if (this.#filled === this.#length) {
      this.#message = undefined
      this.#onMessage(message.subarray(0, this.#length))
      giveBack(message)
    }
    return at + copied
  }
}

function take(bytes: number): Buffer {
  const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, LEAST_BYTES)))
  return kept.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size)
}

function giveBack(buffer: Buffer): void {
  const same = kept.get(buffer.length) ?? []
  kept.set(buffer.length, same)
  if (same.length < MOST_KEPT) same.push(buffer)
}
