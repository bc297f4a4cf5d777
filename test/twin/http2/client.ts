import { connect, type Socket } from 'node:net'
import { HpackDecoder, STATIC_TABLE } from '@mizzen/xds/hpack'
import { END_STREAM, type Field, frame, PREFACE, settings, Type } from '../../http2-frames.ts'

/** A case is given up after this time; a data plane that is well answers within milliseconds. */
const DEADLINE_MS = 20_000

const plainFields = {
  statics: STATIC_TABLE.map(([name, value]) => ({ name, value })),
  make: (name: string, value: string) => ({ name, value }),
}

/** What came on one stream. */
export class ReceivedStream {
  /** Header blocks in order: interim ones, the response's, trailers. */
  readonly heads: Field[][] = []
  body = ''
  /** `end`, `reset CODE`, or '' while it goes on. */
  end = ''
}

/** A raw HTTP/2 connection (prior knowledge) that sends what a test says, and gathers what comes. */
export class Http2Client {
  readonly streams = new Map<number, ReceivedStream>()
  /** Error codes of GOAWAY frames. */
  readonly goAways: number[] = []
  readonly settings = new Map<number, number>()
  pongs = 0
  closed = false
  readonly #socket: Socket
  readonly #decoder = new HpackDecoder(plainFields)
  #bytes = Buffer.alloc(0)
  #wake: () => void = () => {}

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      this.#readFrames()
      this.#wake()
    })
    const end = () => {
      this.closed = true
      this.#wake()
    }
    socket.on('end', end)
    socket.on('close', end)
    socket.on('error', end)
  }

  /** Connects, and says what every client says first. */
  static open(port: number, own: readonly (readonly [number, number])[] = []): Promise<Http2Client> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        socket.write(Buffer.concat([PREFACE, settings(own)]))
        resolve(new Http2Client(socket))
      })
    })
  }

  async send(bytes: Uint8Array): Promise<void> {
    if (this.closed || bytes.length === 0) return
    await new Promise<void>((resolve) => this.#socket.write(bytes, () => resolve()))
  }

  stream(id: number): ReceivedStream {
    const known = this.streams.get(id)
    if (known !== undefined) return known
    const stream = new ReceivedStream()
    this.streams.set(id, stream)
    return stream
  }

  /** Waits until `reached`, or the connection is closed. */
  async until(reached: () => boolean): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS
    while (!reached() && !this.closed) await this.#more(deadline - performance.now())
  }

  close(): void {
    this.#socket.destroy()
  }

  #readFrames(): void {
    while (this.#bytes.length >= 9) {
      const length = this.#bytes.readUIntBE(0, 3)
      if (this.#bytes.length < 9 + length) return
      const [type = 0, flags = 0] = this.#bytes.subarray(3, 5)
      this.#take(type, flags, this.#bytes.readUInt32BE(5), this.#bytes.subarray(9, 9 + length))
      this.#bytes = this.#bytes.subarray(9 + length)
    }
  }

  #take(type: number, flags: number, id: number, payload: Buffer): void {
    if (type === Type.headers) this.stream(id).heads.push(this.#decode(payload))
    else if (type === Type.data) this.stream(id).body += payload.toString('latin1')
    else if (type === Type.reset) this.stream(id).end = `reset ${payload.readUInt32BE(0)}`
    else if (type === Type.goAway) this.goAways.push(payload.readUInt32BE(4))
    else if (type === Type.ping) this.pongs += flags
    else if (type === Type.settings && flags === 0) this.#takeSettings(payload)
    if (type <= Type.headers && (flags & END_STREAM) !== 0) this.stream(id).end = 'end'
  }

  #takeSettings(payload: Buffer): void {
    for (let at = 0; at < payload.length; at += 6) {
      this.settings.set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2))
    }
    if (!this.closed) this.#socket.write(frame(Type.settings, 1, 0))
  }

  #decode(payload: Buffer): Field[] {
    const { fields, count } = this.#decoder.decode(payload, 0, payload.length, 1000, 1_000_000)
    return fields.slice(0, count).map(({ name, value }): Field => [name, value])
  }

  #more(waitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer in time')), Math.max(0, waitMs))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
