import { Flag, Frame, HEAD_BYTES } from '@mizzen/xds/http2-frames'
import { ErrorCode } from './error-code.ts'

/** Takes what a FrameReader finds. Byte runs are valid during the call only. */
export interface FrameSink {
  /** A DATA frame begins. @param length of its payload with padding: what flow control counts */
  onDataFrame(stream: number, flags: number, length: number): void
  /** A part of its data, never empty. */
  onData(buffer: Buffer, start: number, end: number): void
  /** It is through, padding and all. */
  onDataFrameEnd(): void
  /** Any other frame, its payload whole. */
  onFrame(type: number, flags: number, stream: number, buffer: Buffer, start: number, end: number): void
  /** Nothing more can be read. */
  onFrameError(code: number, message: string): void
}

const State = { head: 0, payload: 1, padLength: 2, data: 3, padding: 4, stopped: 5 } as const

/** What peers may send, as nobody tells them more (SETTINGS_MAX_FRAME_SIZE), bytes. */
const MAX_FRAME = 16_384

/**
 * Splits bytes into frames (RFC 9113 4.1). The data of DATA frames passes on as it comes; of other frames, and of heads,
 * what is cut off by the end of a read is kept until the rest is there: at most one frame.
 */
export class FrameReader {
  readonly #sink: FrameSink
  #state: number = State.head
  /** The cut head or payload. */
  #kept: Buffer | null = null
  #keptLength = 0
  #length = 0
  #type = 0
  #flags = 0
  #stream = 0
  /** Bytes of data, then of padding, that are yet to come. */
  #dataLeft = 0
  #padLeft = 0
  #paused = false

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Nothing more is read. */
  stop(): void {
    this.#state = State.stopped
    this.#kept = null
  }

  /** Called by the sink: no further HEADERS frame is taken for now, but all that comes before the next one. */
  pause(): void {
    this.#paused = true
  }

  /** It stands before a HEADERS frame that it does not take for now. */
  get held(): boolean {
    return this.#paused && this.#state === State.payload && this.#type === Frame.headers
  }

  /** @returns where it stopped: `end`, or before it if it is `held`; the next push begins with those bytes */
  push(buffer: Buffer, start: number, end: number): number {
    let at = start
    this.#paused = false
    while ((at < end || this.#isComplete()) && !this.held) {
      switch (this.#state) {
        case State.head:
          at = this.#takeHead(buffer, at, end)
          break
        case State.payload:
          at = this.#takePayload(buffer, at, end)
          break
        case State.padLength:
          this.#takePadLength(buffer[at] as number)
          at += 1
          break
        case State.data:
          at = this.#takeData(buffer, at, end)
          break
        case State.padding:
          at = this.#takePadding(at, end)
          break
        default:
          return end
      }
    }
    return at
  }

  /** The state needs no byte to go on: a payload of nothing. */
  #isComplete(): boolean {
    if (this.#state === State.payload) return this.#length === 0
    if (this.#state === State.data) return this.#dataLeft === 0
    return this.#state === State.padding && this.#padLeft === 0
  }

  #takeHead(buffer: Buffer, start: number, end: number): number {
    if (this.#keptLength === 0 && end - start >= HEAD_BYTES) {
      this.#readHead(buffer, start)
      return start + HEAD_BYTES
    }
    const next = this.#keep(buffer, start, end, HEAD_BYTES)
    if (this.#keptLength < HEAD_BYTES) return next
    this.#keptLength = 0
    this.#readHead(this.#kept as Buffer, 0)
    return next
  }

  #readHead(from: Buffer, at: number): void {
    const length = ((from[at] as number) << 16) | ((from[at + 1] as number) << 8) | (from[at + 2] as number)
    this.#type = from[at + 3] as number
    this.#flags = from[at + 4] as number
    this.#stream =
      (((from[at + 5] as number) & 0x7f) << 24) |
      ((from[at + 6] as number) << 16) |
      ((from[at + 7] as number) << 8) |
      (from[at + 8] as number)
    this.#length = length
    if (length > MAX_FRAME) this.#fail(ErrorCode.frameSizeError, `a frame of ${length} bytes`)
    else if (this.#type === Frame.data) this.#beginData()
    else this.#state = State.payload
  }

  #beginData(): void {
    const padded = (this.#flags & Flag.padded) !== 0
    if (padded && this.#length === 0) {
      this.#fail(ErrorCode.frameSizeError, 'padding in a frame of nothing')
      return
    }
    this.#state = padded ? State.padLength : State.data
    this.#dataLeft = this.#length
    this.#padLeft = 0
    this.#sink.onDataFrame(this.#stream, this.#flags, this.#length)
  }

  #takePadLength(padding: number): void {
    if (padding >= this.#length) {
      this.#fail(ErrorCode.protocolError, 'more padding than frame')
      return
    }
    this.#dataLeft = this.#length - 1 - padding
    this.#padLeft = padding
    this.#state = State.data
  }

  #takeData(buffer: Buffer, start: number, end: number): number {
    const until = Math.min(end, start + this.#dataLeft)
    this.#dataLeft -= until - start
    if (until > start) this.#sink.onData(buffer, start, until)
    if (this.#dataLeft > 0 || this.#state !== State.data) return until
    this.#state = State.padding
    return this.#takePadding(until, end)
  }

  #takePadding(start: number, end: number): number {
    const until = Math.min(end, start + this.#padLeft)
    this.#padLeft -= until - start
    if (this.#padLeft > 0) return until
    this.#state = State.head
    this.#sink.onDataFrameEnd()
    return until
  }

  #takePayload(buffer: Buffer, start: number, end: number): number {
    const length = this.#length
    if (this.#keptLength === 0 && end - start >= length) {
      this.#state = State.head
      this.#sink.onFrame(this.#type, this.#flags, this.#stream, buffer, start, start + length)
      return start + length
    }
    const next = this.#keep(buffer, start, end, length)
    if (this.#keptLength < length) return next
    this.#keptLength = 0
    this.#state = State.head
    this.#sink.onFrame(this.#type, this.#flags, this.#stream, this.#kept as Buffer, 0, length)
    // A large one would stay for as long as the connection does.
    if (this.#kept !== null && this.#kept.length > 1024) this.#kept = null
    return next
  }

  #keep(buffer: Buffer, start: number, end: number, wanted: number): number {
    if (this.#kept === null || this.#kept.length < wanted) this.#kept = Buffer.allocUnsafe(Math.max(64, wanted))
    const until = Math.min(end, start + wanted - this.#keptLength)
    buffer.copy(this.#kept, this.#keptLength, start, until)
    this.#keptLength += until - start
    return until
  }

  #fail(code: number, message: string): void {
    this.stop()
    this.#sink.onFrameError(code, message)
  }
}
