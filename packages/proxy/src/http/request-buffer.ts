/** The part of a request's body that may have to be sent (again). */
export class RequestBuffer {
  #chunks: Buffer[] = []
  #size = 0
  #dropped = false

  get size(): number {
    return this.#size
  }

  /** False if something of the body is not in here any more. */
  get complete(): boolean {
    return !this.#dropped
  }

  get chunks(): readonly Buffer[] {
    return this.#chunks
  }

  clear(): void {
    if (this.#size > 0) this.#chunks = []
    this.#size = 0
    this.#dropped = false
  }

  /** Copies the bytes; if that makes more than `limit` of them, gives up what is kept. */
  add(buffer: Buffer, start: number, end: number, limit: number): void {
    if (this.#dropped || start === end) return
    if (this.#size + end - start > limit) {
      this.drop()
      return
    }
    this.#chunks.push(Buffer.from(buffer.subarray(start, end)))
    this.#size += end - start
  }

  /** Gives up what is kept. */
  drop(): void {
    this.#dropped = true
    if (this.#size > 0) this.#chunks = []
    this.#size = 0
  }
}
