/** Size of a buffer: a read's worth of bodies with the heads of their frames. */
const BUFFER_BYTES = 68 * 1024
/**
 * Buffers that wait for use. One read of a connection with many streams can answer as many clients, each of which holds a
 * buffer until the turn ends: with fewer here, the rest would be made and collected turn by turn.
 */
const MAX_FREE = 128

/** Buffers for output that is written within the turn, or soon after it; one pool for a runtime. */
export class BufferPool {
  readonly #free: Buffer[] = []

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES)
  }

  /** Nobody else holds `buffer` any more. */
  give(buffer: Buffer): void {
    if (this.#free.length < MAX_FREE) this.#free.push(buffer)
  }
}
