/** Bytes before a message: a flag, and its length (gRPC over HTTP/2: Length-Prefixed-Message). */
const HEAD_BYTES = 5

/** Follows a body of gRPC messages, so that it is known where each ends. Keeps no bytes. */
export class GrpcFramePosition {
  /** Of the current message: bytes of its head that have come, and of its body that have not. */
  #headBytes = 0
  #bodyLeft = 0

  /** @returns the index behind the message that ends next, or -1 if it goes on behind `end` */
  nextEnd(buffer: Buffer, start: number, end: number): number {
    let at = start
    while (at < end) {
      if (this.#headBytes < HEAD_BYTES) {
        const byte = buffer[at] as number
        this.#bodyLeft = this.#headBytes === 0 ? 0 : this.#bodyLeft * 256 + byte
        this.#headBytes += 1
        at += 1
      } else {
        const taken = Math.min(this.#bodyLeft, end - at)
        this.#bodyLeft -= taken
        at += taken
      }
      if (this.#headBytes < HEAD_BYTES || this.#bodyLeft > 0) continue
      this.#headBytes = 0
      return at
    }
    return -1
  }
}
