import type { Socket } from 'node:net'
import { Frame, HEAD_BYTES } from '../client/http2-frames.ts'
import type { Http2Stream } from './http2-stream.ts'

/** Until the client says otherwise (RFC 9113 6.5.2, 6.9.2). */
export const DEFAULT_WINDOW = 65_535
export const DEFAULT_FRAME = 16_384
/** What may wait in the socket before no more DATA is sent. */
const FULL_BYTES = 256 * 1024

/** Sends what streams have to send as their windows, that of the connection, and the socket have room: a frame each in turn. */
export class DataSender {
  readonly #socket: Socket
  /** The one that sent last is last. */
  readonly #waiting = new Set<Http2Stream>()
  #flushing = false
  /** Of the connection. */
  window = DEFAULT_WINDOW
  /** Largest frame that the client takes. */
  maxFrame = DEFAULT_FRAME

  constructor(socket: Socket) {
    this.#socket = socket
  }

  get isFull(): boolean {
    return this.#socket.writableLength >= FULL_BYTES
  }

  add(stream: Http2Stream): void {
    this.#waiting.add(stream)
  }

  delete(stream: Http2Stream): void {
    this.#waiting.delete(stream)
  }

  clear(): void {
    this.#waiting.clear()
  }

  flush(): void {
    if (this.#flushing) return
    this.#flushing = true
    // Corked, all frames are one write.
    this.#socket.cork()
    try {
      while (this.#sendRound()) {
        // Until nothing can be sent.
      }
    } finally {
      this.#flushing = false
      this.#socket.uncork()
    }
  }

  /** False if no stream could send. */
  #sendRound(): boolean {
    let sent = false
    for (const stream of [...this.#waiting]) {
      if (this.isFull) return false
      const room = Math.min(stream.queued, stream.sendWindow, this.window, this.maxFrame)
      if (room > 0) {
        this.#send(stream, room)
        sent = true
        this.#waiting.delete(stream)
        this.#waiting.add(stream)
      }
      if (stream.finish()) this.#waiting.delete(stream)
    }
    return sent
  }

  #send(stream: Http2Stream, length: number): void {
    const head = Buffer.allocUnsafe(HEAD_BYTES)
    head.writeUIntBE(length, 0, 3)
    head[3] = Frame.data
    head[4] = 0
    head.writeUInt32BE(stream.id, 5)
    this.#socket.write(head)
    for (const piece of stream.take(length)) this.#socket.write(piece)
    this.window -= length
  }
}
