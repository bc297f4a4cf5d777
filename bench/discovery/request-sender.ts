import type { Socket } from 'node:net'
import { decodeSettings, encodeFrame, Frame, Setting } from '../../packages/xds/src/client/http2-frames.ts'

const DEFAULT_WINDOW = 65_535
/** What a server takes without having said so (RFC 9113 6.5.2). */
const MAX_FRAME = 16_384

/** The body of a stream's request, sent as the server makes room for it (RFC 9113 6.9). */
export class RequestSender {
  readonly #socket: Socket
  readonly #stream: number
  #waiting: Buffer[] = []
  #connectionWindow = DEFAULT_WINDOW
  #streamWindow = DEFAULT_WINDOW
  #initialWindow = DEFAULT_WINDOW

  constructor(socket: Socket, stream: number) {
    this.#socket = socket
    this.#stream = stream
  }

  /** Sends one gRPC message. */
  send(message: Uint8Array): void {
    const framed = Buffer.alloc(5 + message.byteLength)
    framed.writeUInt32BE(message.byteLength, 1)
    framed.set(message, 5)
    this.#waiting.push(framed)
    this.#flush()
  }

  takeSettings(body: Buffer): void {
    for (const [id, value] of decodeSettings(body)) {
      if (id !== Setting.initialWindowSize) continue
      this.#streamWindow += value - this.#initialWindow
      this.#initialWindow = value
    }
    this.#flush()
  }

  takeWindow(stream: number, body: Buffer): void {
    const bytes = body.readUInt32BE(0)
    if (stream === 0) this.#connectionWindow += bytes
    else this.#streamWindow += bytes
    this.#flush()
  }

  #flush(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const room = Math.min(this.#connectionWindow, this.#streamWindow, MAX_FRAME)
      if (room <= 0 || this.#socket.destroyed) return
      const part = next.subarray(0, room)
      if (part.length === next.length) this.#waiting.shift()
      else this.#waiting[0] = next.subarray(room)
      this.#connectionWindow -= part.length
      this.#streamWindow -= part.length
      this.#socket.write(encodeFrame(Frame.data, 0, this.#stream, part))
    }
  }
}
