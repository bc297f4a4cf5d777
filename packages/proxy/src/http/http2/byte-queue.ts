/** Least size of a block, so that many small runs do not cost many buffers. */
const MIN_BLOCK = 4096

/** Bytes that wait, in order. Whoever fills it bounds it. */
export class ByteQueue {
  #blocks: Buffer[] = []
  /** Where the first block's bytes begin, and the last one's end. */
  #start = 0
  #tailEnd = 0
  size = 0

  /** Copies the bytes. */
  push(buffer: Buffer, start: number, end: number): void {
    this.size += end - start
    const tail = this.#blocks.at(-1)
    let at = start
    if (tail !== undefined) {
      const copied = buffer.copy(tail, this.#tailEnd, at, end)
      this.#tailEnd += copied
      at += copied
    }
    if (at === end) return
    const block = Buffer.allocUnsafeSlow(Math.max(MIN_BLOCK, end - at))
    this.#tailEnd = buffer.copy(block, 0, at, end)
    this.#blocks.push(block)
  }

  /** The first run of bytes: `front` from `frontStart` to `frontEnd`. Only if `size` is not 0. */
  get front(): Buffer {
    return this.#blocks[0] as Buffer
  }

  get frontStart(): number {
    return this.#start
  }

  get frontEnd(): number {
    return this.#blocks.length === 1 ? this.#tailEnd : this.front.length
  }

  /** Takes `bytes` off the first run. */
  drop(bytes: number): void {
    this.#start += bytes
    this.size -= bytes
    if (this.#start < this.frontEnd) return
    this.#blocks.shift()
    this.#start = 0
  }

  clear(): void {
    if (this.#blocks.length > 0) this.#blocks = []
    this.#start = 0
    this.#tailEnd = 0
    this.size = 0
  }
}
