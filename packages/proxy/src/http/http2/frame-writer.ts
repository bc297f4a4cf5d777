import { BLOCK_OVERHEAD, FIELD_OVERHEAD, HpackEncoder } from '@mizzen/xds/hpack'
import { Flag, Frame, HEAD_BYTES } from '@mizzen/xds/http2-frames'
import type { Flushable } from '../event-turn.ts'
import type { HeaderList } from '../header-list.ts'
import type { Wire } from '../wire.ts'
import type { Http2Resources } from './http2-resources.ts'

/** Payload of a frame, bytes: what every peer takes (RFC 9113 4.2), and short enough for streams to take turns. */
export const MAX_FRAME = 16_384

/** Writes frames one behind the other into a buffer that leaves as a whole (`EventTurn`). Nothing is allocated for a frame. */
export class FrameWriter implements Flushable {
  readonly encoder: HpackEncoder
  /** Frames since the peer had read everything; for limits. */
  frames = 0
  /** Of these, frames that carry no message: what a peer can have us send by asking. */
  controlFrames = 0
  /** DATA frames in all. */
  dataFrames = 0
  readonly #wire: Wire
  readonly #resources: Http2Resources
  #buffer: Buffer | null = null
  #end = 0
  #scheduled = false
  /** Where the last DATA frame of this buffer begins, and whose it is; 0 = none. */
  #dataAt = 0
  #dataStream = 0
  /** Where the block that is being written begins, and its buffer if it may be too long for a frame. */
  #blockAt = 0
  #large: Buffer | null = null
  #at = 0

  constructor(wire: Wire, resources: Http2Resources) {
    this.#wire = wire
    this.#resources = resources
    this.encoder = new HpackEncoder(resources.fields.isSensitive)
  }

  // Header blocks: begin, fields in order, end.

  /** @param bytes sum of the lengths of all names and values; @param fields their number */
  beginHeaders(bytes: number, fields: number): void {
    const most = HEAD_BYTES + bytes + fields * FIELD_OVERHEAD + BLOCK_OVERHEAD
    if (most <= MAX_FRAME) {
      this.#reserve(most)
      this.#blockAt = this.#end
      this.#at = this.encoder.begin(this.#buffer as Buffer, this.#end + HEAD_BYTES)
    } else {
      this.#large = Buffer.allocUnsafe(most)
      this.#at = this.encoder.begin(this.#large, 0)
    }
  }

  field(name: string, value: string): void {
    this.#at = this.encoder.field(name, value, this.#large ?? (this.#buffer as Buffer), this.#at)
  }

  fields(list: HeaderList): void {
    const { size } = list
    const out = this.#large ?? (this.#buffer as Buffer)
    let at = this.#at
    for (let index = 0; index < size; index += 1) {
      at = this.encoder.field(list.nameAt(index), list.valueAt(index), out, at)
    }
    this.#at = at
  }

  /** @returns bytes on the wire, frame heads included */
  endHeaders(stream: number, endStream: boolean): number {
    const flags = endStream ? Flag.endStream : 0
    if (this.#large !== null) return this.#endLarge(stream, flags)
    const start = this.#blockAt
    const length = this.#at - start
    this.#end = start
    this.#head(length - HEAD_BYTES, Frame.headers, flags | Flag.endHeaders, stream)
    this.#end = start + length
    this.#written()
    return length
  }

  #endLarge(stream: number, flags: number): number {
    const block = this.#large as Buffer
    const length = this.#at
    this.#large = null
    let frames = 0
    for (let at = 0; at < length; at += MAX_FRAME, frames += 1) {
      const until = Math.min(length, at + MAX_FRAME)
      const last = until === length ? Flag.endHeaders : 0
      const [type, own] = at === 0 ? [Frame.headers, flags] : [Frame.continuation, 0]
      this.#frame(type, own | last, stream, block, at, until)
    }
    return length + frames * HEAD_BYTES
  }

  // Other frames.

  /** At most `MAX_FRAME` bytes; copies what it takes. */
  data(stream: number, source: Buffer, start: number, end: number, endStream: boolean): void {
    this.#reserve(HEAD_BYTES + end - start)
    this.#dataAt = this.#end
    this.#dataStream = stream
    this.dataFrames += 1
    this.#frame(Frame.data, endStream ? Flag.endStream : 0, stream, source, start, end)
  }

  /** As `data`, not ending the stream; one byte a character. */
  dataText(stream: number, text: string): void {
    this.#reserve(HEAD_BYTES + text.length)
    this.#dataAt = this.#end
    this.#dataStream = stream
    this.dataFrames += 1
    this.#head(text.length, Frame.data, 0, stream)
    ;(this.#buffer as Buffer).write(text, this.#end, text.length, 'latin1')
    this.#end += text.length
    this.#written()
  }

  /** Ends the stream with the last DATA frame if that has not left yet and is the stream's, else with one of its own. */
  endStream(stream: number): void {
    if (this.#end > 0 && this.#dataStream === stream) {
      const buffer = this.#buffer as Buffer
      buffer[this.#dataAt + 4] = (buffer[this.#dataAt + 4] as number) | Flag.endStream
    } else this.data(stream, NOTHING, 0, 0, true)
  }

  settings(values: readonly (readonly [id: number, value: number])[]): void {
    const { length } = values
    this.#reserve(HEAD_BYTES + length * 6)
    this.#head(length * 6, Frame.settings, 0, 0)
    const buffer = this.#buffer as Buffer
    for (const [id, value] of values) {
      buffer.writeUInt16BE(id, this.#end)
      buffer.writeUInt32BE(value, this.#end + 2)
      this.#end += 6
    }
    this.#written()
  }

  settingsAck(): void {
    this.#control(Frame.settings, Flag.ack, 0, NOTHING, 0, 0)
  }

  /** Eight bytes from `start`. */
  ping(ack: boolean, source: Buffer, start: number): void {
    this.#control(Frame.ping, ack ? Flag.ack : 0, 0, source, start, start + 8)
  }

  resetStream(stream: number, code: number): void {
    this.#number(Frame.rstStream, stream, code)
  }

  /** @param bytes more than 0 */
  windowUpdate(stream: number, bytes: number): void {
    this.#number(Frame.windowUpdate, stream, bytes)
  }

  /** @param message for the peer's log, ASCII */
  goAway(lastStream: number, code: number, message = ''): void {
    this.#reserve(HEAD_BYTES + 8 + message.length)
    this.#head(8 + message.length, Frame.goAway, 0, 0)
    const buffer = this.#buffer as Buffer
    buffer.writeUInt32BE(lastStream, this.#end)
    buffer.writeUInt32BE(code, this.#end + 4)
    buffer.write(message, this.#end + 8, message.length, 'latin1')
    this.#end += 8 + message.length
    this.#written()
  }

  /** The client's connection preface (RFC 9113 3.4). */
  preface(): void {
    this.#reserve(PREFACE.length)
    this.#end += PREFACE.copy(this.#buffer as Buffer, this.#end)
    this.#written()
  }

  /** Sends what there is, now. */
  flush(): void {
    this.#scheduled = false
    if (this.#end === 0) return
    const buffer = this.#buffer as Buffer
    const free = this.#wire.send(buffer.subarray(0, this.#end))
    this.#buffer = null
    this.#end = 0
    this.#dataStream = 0
    if (free) this.#resources.buffers.give(buffer)
    if (this.#wire.unwritten === 0) this.frames = this.controlFrames = 0
  }

  #number(type: number, stream: number, value: number): void {
    NUMBER.writeUInt32BE(value, 0)
    this.#control(type, 0, stream, NUMBER, 0, 4)
  }

  #control(type: number, flags: number, stream: number, source: Buffer, start: number, end: number): void {
    this.controlFrames += 1
    this.#frame(type, flags, stream, source, start, end)
  }

  #frame(type: number, flags: number, stream: number, source: Buffer, start: number, end: number): void {
    const length = end - start
    this.#reserve(HEAD_BYTES + length)
    this.#head(length, type, flags, stream)
    if (length > 0) source.copy(this.#buffer as Buffer, this.#end, start, end)
    this.#end += length
    this.#written()
  }

  #head(length: number, type: number, flags: number, stream: number): void {
    const buffer = this.#buffer as Buffer
    const at = this.#end
    buffer[at] = length >>> 16
    buffer[at + 1] = length >>> 8
    buffer[at + 2] = length
    buffer[at + 3] = type
    buffer[at + 4] = flags
    buffer[at + 5] = stream >>> 24
    buffer[at + 6] = stream >>> 16
    buffer[at + 7] = stream >>> 8
    buffer[at + 8] = stream
    this.#end = at + HEAD_BYTES
  }

  #reserve(bytes: number): void {
    if (this.#buffer !== null && this.#end + bytes > this.#buffer.length) this.flush()
    this.#buffer ??= this.#resources.buffers.take()
  }

  #written(): void {
    this.frames += 1
    if (this.#scheduled) return
    this.#scheduled = true
    this.#resources.turn.flushLater(this)
  }
}

const NOTHING = Buffer.alloc(0)
const NUMBER = Buffer.alloc(4)
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')
