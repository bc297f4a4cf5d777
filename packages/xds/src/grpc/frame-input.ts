import { Flag, Frame, HEAD_BYTES } from '../client/http2-frames.ts'

export interface FrameListener {
  /** A whole frame, other than DATA without padding. `body` is of use until the call is over. */
  onFrame(type: number, flags: number, stream: number, body: Buffer): void
  /** The head of a DATA frame without padding: `length` bytes follow, in pieces. */
  onDataBegin(flags: number, stream: number, length: number): void
  /** A piece of it. @param last there is no more of this frame */
  onDataPiece(piece: Buffer, last: boolean): void
}

/** A frame that is longer than it may be. */
export class FrameSizeError extends Error {}

/** What is of a frame that has not come whole is kept; DATA is not waited for. */
export class FrameInput {
  readonly #listener: FrameListener
  readonly #maxFrameBytes: number
  #held: Buffer | undefined
  /** Of a DATA frame, to come. */
  #dataLeft = 0

  /** @param maxFrameBytes of DATA; other frames are held whole and take less: 64 KiB */
  constructor(listener: FrameListener, maxFrameBytes: number) {
    this.#listener = listener
    this.#maxFrameBytes = maxFrameBytes
  }

  /** Throws FrameSizeError. */
  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#dataLeft > 0) at = this.#takeData(chunk, at)
      else if (this.#held !== undefined) at = this.#complete(this.#held, chunk, at)
      else {
        const next = this.#frame(chunk, at)
        if (next === at) {
          this.#held = Buffer.from(chunk.subarray(at))
          return
        }
        at = next
      }
    }
  }

  #takeData(chunk: Buffer, at: number): number {
    const to = Math.min(chunk.length, at + this.#dataLeft)
    this.#dataLeft -= to - at
    this.#listener.onDataPiece(chunk.subarray(at, to), this.#dataLeft === 0)
    return to
  }

  /** Adds no more to what is held than it needs. */
  #complete(held: Buffer, chunk: Buffer, at: number): number {
    const needed = held.length < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + held.readUIntBE(0, 3)
    const to = Math.min(chunk.length, at + needed - held.length)
    this.#held = Buffer.concat([held, chunk.subarray(at, to)])
    if (this.#held.length === needed && this.#frame(this.#held, 0) > 0) this.#held = undefined
    return to
  }

  /** Returns where the next frame begins; the same place = this one is not whole. */
  #frame(bytes: Buffer, at: number): number {
    if (bytes.length - at < HEAD_BYTES) return at
    const length = bytes.readUIntBE(at, 3)
    const type = bytes[at + 3] as number
    const flags = bytes[at + 4] as number
    const stream = bytes.readUInt32BE(at + 5) & 0x7fffffff
    const body = at + HEAD_BYTES
    if (type === Frame.data && (flags & Flag.padded) === 0) {
      if (length > this.#maxFrameBytes) throw new FrameSizeError(`a frame of ${length} bytes`)
      this.#listener.onDataBegin(flags, stream, length)
      this.#dataLeft = length
      if (length === 0) this.#listener.onDataPiece(NOTHING, true)
      return body
    }
    if (length > MAX_HELD) throw new FrameSizeError(`a frame of ${length} bytes`)
    if (bytes.length < body + length) return at
    this.#listener.onFrame(type, flags, stream, bytes.subarray(body, body + length))
    return body + length
  }
}

const NOTHING = Buffer.alloc(0)
const MAX_HELD = 64 * 1024
