/** Bytes of a chunk. */
const CHUNK_BYTES = 64 * 1024

/**
 * Lines that wait to be written, as bytes.
 *
 * The trick: a line is made of many small strings, some of them cut from the heads of messages. Gathered as text they would
 * all stay alive, and every collection of garbage would copy them; as bytes in a chunk that is used again they cost nothing.
 */
export class LineBuffer {
  /** What is being filled; null until there is a line. */
  #chunk: Buffer | null = null
  #end = 0
  /** Complete, in their order. */
  #full: Buffer[] = []
  #spare: Buffer | null = null
  #size = 0

  /** Bytes that wait. */
  get size(): number {
    return this.#size
  }

  /** At least one chunk is full. */
  get hasChunk(): boolean {
    return this.#full.length > 0
  }

  /** @param lines one byte a character */
  add(lines: string): void {
    this.#size += lines.length
    if (lines.length > CHUNK_BYTES - this.#end) this.#closeChunk()
    if (lines.length > CHUNK_BYTES) {
      this.#full.push(Buffer.from(lines, 'latin1'))
      return
    }
    this.#chunk ??= this.#newChunk()
    this.#end += this.#chunk.write(lines, this.#end, 'latin1')
  }

  /** The bytes that came first, until `giveBack`; null = none wait. */
  take(): Buffer | null {
    if (this.#full.length === 0) this.#closeChunk()
    const first = this.#full.shift() ?? null
    this.#size -= first?.length ?? 0
    return first
  }

  /** What `take` returned is no longer needed. */
  giveBack(bytes: Buffer): void {
    if (bytes.buffer.byteLength === CHUNK_BYTES) this.#spare = Buffer.from(bytes.buffer)
  }

  #closeChunk(): void {
    if (this.#chunk !== null && this.#end > 0) this.#full.push(this.#chunk.subarray(0, this.#end))
    this.#chunk = null
    this.#end = 0
  }

  #newChunk(): Buffer {
    const chunk = this.#spare ?? Buffer.from(new ArrayBuffer(CHUNK_BYTES))
    this.#spare = null
    return chunk
  }
}
