import type { Socket } from 'node:net'
import {
  FrameFlag,
  type FrameHandler,
  FrameReader,
  FrameType,
  frame,
  Setting,
  settings,
  windowUpdate,
} from './frame.ts'

/** Window of a connection and of each of its streams, bytes: nobody has to wait for it. */
const WINDOW = 2 ** 30
/** What a connection begins with (RFC 9113, section 6.9.2). */
const DEFAULT_WINDOW = 65_535

/**
 * One end of an HTTP/2 connection: acknowledges what must be, grants what was read, and gathers frames until `flush`. Its
 * SETTINGS forbid the table of header fields, which would need state.
 */
export class ConnectionEnd {
  readonly #socket: Socket
  readonly #frames: FrameReader
  #output: Buffer[] = []
  /** Bytes that were read and not granted again. */
  #credit = 0

  /**
   * @param onFrame hears of frames that streams are made of, and of GOAWAY
   * @param first what goes before the SETTINGS
   * @param more settings beside the window and the table's size
   */
  constructor(
    socket: Socket,
    onFrame: FrameHandler,
    first: Buffer,
    ...more: readonly (readonly [identifier: number, value: number])[]
  ) {
    this.#socket = socket
    this.#frames = new FrameReader((type, flags, stream, bytes, start, end) => {
      if (type === FrameType.data) this.#credit += end - start
      if (type !== FrameType.settings && type !== FrameType.ping) onFrame(type, flags, stream, bytes, start, end)
      else if ((flags & FrameFlag.ack) === 0) this.#acknowledge(type, bytes.subarray(start, end))
    })
    this.push(first)
    this.push(settings([Setting.headerTableSize, 0], [Setting.initialWindowSize, WINDOW], ...more))
    this.push(windowUpdate(0, WINDOW - DEFAULT_WINDOW))
  }

  push(bytes: Buffer): void {
    this.#output.push(bytes)
  }

  read(chunk: Buffer): void {
    this.#frames.read(chunk)
  }

  flush(): void {
    if (this.#credit > WINDOW / 4) {
      this.push(windowUpdate(0, this.#credit))
      this.#credit = 0
    }
    const output = this.#output
    if (output.length > 0) this.#socket.write(output.length === 1 ? (output[0] as Buffer) : Buffer.concat(output))
    this.#output = []
  }

  #acknowledge(type: number, payload: Buffer): void {
    this.push(type === FrameType.ping ? frame(type, FrameFlag.ack, 0, payload) : frame(type, FrameFlag.ack, 0))
  }
}
