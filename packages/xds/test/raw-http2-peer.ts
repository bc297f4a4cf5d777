import { createServer, type Server, type Socket } from 'node:net'
import { encodeHeaders } from '../src/client/hpack.ts'
import { encodeFrame, encodeSettings, Flag, Frame, HEAD_BYTES } from '../src/client/http2-frames.ts'
import { until } from './until.ts'

const PREFACE_BYTES = 24

export interface SeenFrame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly body: Buffer
}

/** The server's end of one HTTP/2 connection, frame by frame: it does nothing by itself. */
export class RawHttp2Peer {
  readonly frames: SeenFrame[] = []
  readonly #server: Server
  #socket: Socket | undefined
  #received: Buffer = Buffer.alloc(0)
  #preface = false

  constructor() {
    this.#server = createServer((socket) => {
      this.#socket = socket
      socket.on('error', () => {})
      socket.on('data', (chunk: Buffer) => this.#read(chunk))
    })
  }

  /** The `host:port` it listens at. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    return `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  }

  close(): void {
    this.#socket?.destroy()
    this.#server.close()
  }

  send(type: number, flags: number, stream: number, body: Uint8Array = Buffer.alloc(0)): void {
    this.#socket?.write(encodeFrame(type, flags, stream, body))
  }

  /** Sends settings, and waits until the client has them. */
  async settings(...settings: readonly (readonly [id: number, value: number])[]): Promise<void> {
    const before = this.#acknowledgedSettings()
    await until('the request', () => this.of(Frame.headers).length === 1)
    this.send(Frame.settings, 0, 0, encodeSettings(settings))
    await until('the settings to be acknowledged', () => this.#acknowledgedSettings() > before)
  }

  window(stream: number, bytes: number): void {
    this.send(Frame.windowUpdate, 0, stream, uint32(bytes))
  }

  respond(): void {
    this.send(Frame.headers, Flag.endHeaders, 1, encodeHeaders([[':status', '200']]))
  }

  /** Waits until the client has read all that was sent to it; what it does about it is in `frames` then. */
  async settled(): Promise<void> {
    const isPong = ({ type, flags }: SeenFrame) => type === Frame.ping && flags === Flag.ack
    const pongs = this.frames.filter(isPong).length
    this.send(Frame.ping, 0, 0, Buffer.from('settled?'))
    await until('the answer to a ping', () => this.frames.filter(isPong).length > pongs)
  }

  of(type: number): SeenFrame[] {
    return this.frames.filter((frame) => frame.type === type)
  }

  /** Bytes of the request's body so far. */
  get bodyBytes(): number {
    return this.of(Frame.data).reduce((sum, { body }) => sum + body.length, 0)
  }

  /** What the client has let this side send on a stream (0: the connection) beyond what both began with. */
  granted(stream: number): number {
    const updates = this.of(Frame.windowUpdate).filter((frame) => frame.stream === stream)
    return updates.reduce((sum, { body }) => sum + body.readUInt32BE(0), 0)
  }

  #acknowledgedSettings(): number {
    return this.of(Frame.settings).filter(({ flags }) => flags === Flag.ack).length
  }

  #read(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    if (!this.#preface) {
      if (this.#received.length < PREFACE_BYTES) return
      this.#preface = true
      this.#received = this.#received.subarray(PREFACE_BYTES)
    }
    while (this.#received.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + this.#received.readUIntBE(0, 3)
      if (this.#received.length < end) return
      const [type = 0, flags = 0] = this.#received.subarray(3, 5)
      const body = Buffer.from(this.#received.subarray(HEAD_BYTES, end))
      this.frames.push({ type, flags, stream: this.#received.readUInt32BE(5), body })
      this.#received = this.#received.subarray(end)
    }
  }
}

export function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}
