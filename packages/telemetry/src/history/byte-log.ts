/**
 * Pieces of bytes in the order in which they were appended, in pages of one size. What is oldest goes first: when its
 * time is over, or when there are more pages than allowed. An address is the piece's place counted from the very first.
 */
export class ByteLog {
  readonly #pageBytes: number
  readonly #maxPages: number
  readonly #pages: { readonly bytes: Uint8Array; lastStamp: number }[] = []
  /** Number of the first page that is still there. */
  #firstPage = 0
  #used = 0

  /** @param maxBytes at least two pages are kept */
  constructor(maxBytes: number, pageBytes = 262_144) {
    this.#pageBytes = pageBytes
    this.#maxPages = Math.max(2, Math.floor(maxBytes / pageBytes))
  }

  /** Pieces with smaller addresses are gone. */
  get oldestAddress(): number {
    return this.#firstPage * this.#pageBytes
  }

  get bytes(): number {
    return this.#pages.length * this.#pageBytes
  }

  /**
   * Makes room for a piece of at most `length` bytes, which `write` puts at the given offset and tells where it ends.
   * @param stamp never goes back; for `dropBefore`
   * @returns the address
   */
  append(length: number, stamp: number, write: (bytes: Uint8Array, offset: number) => number): number {
    if (this.#pages.length === 0 || this.#used + length > this.#pageBytes) this.#addPage()
    const page = this.#pages.at(-1)!
    const address = (this.#firstPage + this.#pages.length - 1) * this.#pageBytes + this.#used
    this.#used = write(page.bytes, this.#used)
    page.lastStamp = stamp
    return address
  }

  /** Undefined if the piece is gone. */
  at(address: number): { readonly bytes: Uint8Array; readonly offset: number } | undefined {
    const page = this.#pages[Math.floor(address / this.#pageBytes) - this.#firstPage]
    return page === undefined ? undefined : { bytes: page.bytes, offset: address % this.#pageBytes }
  }

  /** Lets go of pages whose pieces all have a smaller stamp. */
  dropBefore(stamp: number): void {
    while (this.#pages.length > 1 && this.#pages[0]!.lastStamp < stamp) this.#dropPage()
  }

  #addPage(): void {
    this.#pages.push({ bytes: new Uint8Array(this.#pageBytes), lastStamp: 0 })
    this.#used = 0
    if (this.#pages.length > this.#maxPages) this.#dropPage()
  }

  #dropPage(): void {
    this.#pages.shift()
    this.#firstPage += 1
  }
}
