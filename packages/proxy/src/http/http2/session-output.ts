import { MAX_WINDOW } from '@mizzen/xds/http2-frames'
import { HeaderList } from '../header-list.ts'
import type { Wire } from '../wire.ts'
import { type FrameWriter, MAX_FRAME } from './frame-writer.ts'
import type { SessionStream } from './session-stream.ts'

/** Who hears that a stream's output has left. */
export interface OutputOwner {
  closeIfDone(stream: SessionStream): void
}

/**
 * The bodies that a session sends: within the windows of the connection and of each stream, and as fast as the wire takes
 * them. What has to wait is queued by stream; streams take turns, a frame each.
 */
export class SessionOutput {
  readonly #wire: Wire
  readonly #writer: FrameWriter
  readonly #owner: OutputOwner
  /** Of the connection (RFC 9113 6.9.2). */
  #window = 65_535
  /** Streams with output that wait for their turn. */
  #waiting: SessionStream[] = []

  constructor(wire: Wire, writer: FrameWriter, owner: OutputOwner) {
    this.#wire = wire
    this.#writer = writer
    this.#owner = owner
  }

  sendData(stream: SessionStream, buffer: Buffer, start: number, end: number): void {
    let at = start
    if (stream.output.size === 0) {
      for (let room = this.#room(stream); at < end && room > 0; room = this.#room(stream)) {
        const until = Math.min(end, at + room)
        this.#write(stream, buffer, at, until)
        at = until
      }
    }
    if (at === end) return
    stream.enqueue(buffer, at, end)
    this.#wait(stream)
  }

  /** One byte a character. */
  sendText(stream: SessionStream, text: string): void {
    if (stream.output.size === 0 && text.length <= this.#room(stream)) {
      this.#writer.dataText(stream.id, text)
      this.#window -= text.length
      stream.sendWindow -= text.length
    } else this.sendData(stream, Buffer.from(text, 'latin1'), 0, text.length)
  }

  /** Ends our side behind its body. @returns false if it has to wait */
  end(stream: SessionStream): boolean {
    stream.localEnded = true
    if (stream.output.size > 0) return false
    this.#writer.endStream(stream.id)
    return true
  }

  /** As `end`, with trailers, which are copied if they have to wait. */
  endWithTrailers(stream: SessionStream, trailers: HeaderList): boolean {
    if (trailers.size === 0) return this.end(stream)
    stream.localEnded = true
    if (stream.output.size > 0) {
      stream.trailers = new HeaderList()
      stream.trailers.copyFrom(trailers)
      return false
    }
    this.#writeTrailers(stream, trailers)
    return true
  }

  /** The peer takes more on the connection. @returns false if that is more than there may be */
  grow(bytes: number): boolean {
    this.#window += bytes
    if (this.#window > MAX_WINDOW) return false
    this.pump()
    return true
  }

  /** As `grow`, on a stream (or less, if negative); `pump` sends what waited for it. */
  growStream(stream: SessionStream, bytes: number): boolean {
    stream.sendWindow += bytes
    if (stream.output.size > 0) this.#wait(stream)
    return stream.sendWindow <= MAX_WINDOW
  }

  /** One frame of each waiting stream in turn, for as long as the peer takes them. */
  pump(): void {
    while (this.#waiting.length > 0 && this.#window > 0 && !this.#wire.congested) {
      const stream = this.#waiting.shift() as SessionStream
      stream.queued = false
      // Without a window of its own it comes back when it gets one.
      if (stream.closed || stream.output.size === 0 || stream.sendWindow <= 0) continue
      const { output } = stream
      const bytes = Math.min(this.#room(stream), output.frontEnd - output.frontStart)
      this.#write(stream, output.front, output.frontStart, output.frontStart + bytes)
      output.drop(bytes)
      if (output.size > 0) this.#wait(stream)
      else if (stream.localEnded) this.#finish(stream)
      if (!stream.closed) stream.noteProgress()
    }
  }

  clear(): void {
    this.#waiting = []
  }

  #room(stream: SessionStream): number {
    if (this.#wire.congested) return 0
    return Math.min(MAX_FRAME, this.#window, stream.sendWindow)
  }

  #write(stream: SessionStream, buffer: Buffer, start: number, end: number): void {
    this.#writer.data(stream.id, buffer, start, end, false)
    this.#window -= end - start
    stream.sendWindow -= end - start
  }

  #writeTrailers(stream: SessionStream, trailers: HeaderList): void {
    this.#writer.beginHeaders(trailers.bytes, trailers.size)
    this.#writer.fields(trailers)
    this.#writer.endHeaders(stream.id, true)
  }

  #wait(stream: SessionStream): void {
    if (stream.queued) return
    stream.queued = true
    this.#waiting.push(stream)
  }

  #finish(stream: SessionStream): void {
    if (stream.trailers === null) this.#writer.endStream(stream.id)
    else this.#writeTrailers(stream, stream.trailers)
    this.#owner.closeIfDone(stream)
  }
}
