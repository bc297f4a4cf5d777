/** Size of a buffer of a direction that carries much, bytes: fewer system calls, and still in a core's own cache. */
const BULK_BYTES = 256 * 1024
/** Directions that have a buffer of their own at the same time; further ones copy out of the shared one. */
const MAX_LENT = 128
/** Buffers that wait for their next use. */
const MAX_SPARE = 8

/** Read buffers for directions that carry much, lent for as long as they do. */
export class RelayBuffers {
  /** The one that all other reads of the runtime go to. */
  readonly shared: Buffer
  readonly #spare: Buffer[] = []
  #lent = 0

  constructor(shared: Buffer) {
    this.shared = shared
  }

  get lent(): number {
    return this.#lent
  }

  /** null if all are lent. */
  lend(): Buffer | null {
    if (this.#lent >= MAX_LENT) return null
    this.#lent += 1
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(BULK_BYTES)
  }

  /** @param reusable nobody reads from it any more */
  takeBack(buffer: Buffer, reusable: boolean): void {
    this.#lent -= 1
    if (reusable && this.#spare.length < MAX_SPARE) this.#spare.push(buffer)
  }
}
