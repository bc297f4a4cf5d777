/** Bytes before each message: a flag (1 = compressed) and the length, big-endian. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const PREFIX_BYTES = 5
/** A message that comes in pieces is put together in a buffer of this size, if it fits, and such buffers are used again. */
const POOLED_BYTES = 64 * 1024
const MOST_POOLED = 16

const pool: Buffer[] = []

function takeBuffer(bytes: number): Buffer {
  return bytes > POOLED_BYTES ? Buffer.allocUnsafeSlow(bytes) : (pool.pop() ?? Buffer.allocUnsafeSlow(POOLED_BYTES))
}

function giveBack(buffer: Buffer): void {
  if (buffer.length === POOLED_BYTES && pool.length < MOST_POOLED) pool.push(buffer)
}

/**
 * Cuts the body of a request into messages. A message is of use until the call that it is given to is over: thousands of
 * streams send each second, and memory for each message would be most of what they cost.
 */
export class MessageInput {
  readonly #maxBytes: number
  readonly #onMessage: (message: Buffer) => void
  /** Not of Node's pool, of which each stream would keep 64 KiB. */
  readonly #prefix = Buffer.allocUnsafeSlow(PREFIX_BYTES)
  #prefixBytes = 0
  /** Of the message whose prefix is known; -1 = none is. */
  #length = -1
  #message: Buffer | undefined
  #filled = 0

  constructor(maxBytes: number, onMessage: (message: Buffer) => void) {
    this.#maxBytes = maxBytes
    this.#onMessage = onMessage
  }

  /** Throws an Error for a message that is compressed or too large; it is of no use after that. */
  push(piece: Buffer): void {
    let at = 0
    while (at < piece.length || this.#length === 0) {
      at = this.#length === -1 ? this.#takePrefix(piece, at) : this.#takeMessage(piece, at)
    }
  }

  /** Nothing more comes. */
  close(): void {
    if (this.#message !== undefined) giveBack(this.#message)
    this.#message = undefined
  }

  #takePrefix(piece: Buffer, at: number): number {
    const to = Math.min(piece.length, at + PREFIX_BYTES - this.#prefixBytes)
    this.#prefixBytes += piece.copy(this.#prefix, this.#prefixBytes, at, to)
    if (this.#prefixBytes < PREFIX_BYTES) return to
    this.#prefixBytes = 0
    if (this.#prefix[0] !== 0) throw new Error('compressed message, though none was asked for')
    const length = this.#prefix.readUInt32BE(1)
    if (length > this.#maxBytes) throw new Error(`message of ${length} bytes, more than the limit of ${this.#maxBytes}`)
    this.#length = length
    return to
  }

  #takeMessage(piece: Buffer, at: number): number {
    const length = this.#length
    const to = Math.min(piece.length, at + length - this.#filled)
    if (to - at === length) {
      this.#length = -1
      this.#onMessage(piece.subarray(at, to))
      return to
    }
    this.#gather(piece.subarray(at, to))
    if (this.#filled === length) this.#deliver()
    return to
  }

  /** Memory grows with what has come, not with what was announced. */
  #gather(part: Buffer): void {
    const needed = this.#filled + part.length
    const before = this.#message ?? takeBuffer(Math.min(this.#length, Math.max(POOLED_BYTES, needed)))
    let message = before
    if (needed > before.length) {
      message = takeBuffer(Math.min(this.#length, Math.max(needed, before.length * 2)))
      before.copy(message, 0, 0, this.#filled)
      giveBack(before)
    }
    part.copy(message, this.#filled)
    this.#message = message
    this.#filled = needed
  }

  #deliver(): void {
    const message = this.#message as Buffer
    const bytes = message.subarray(0, this.#length)
    this.#message = undefined
    this.#filled = 0
    this.#length = -1
    try {
      this.#onMessage(bytes)
    } finally {
      giveBack(message)
    }
  }
}
