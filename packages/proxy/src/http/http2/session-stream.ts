import type { HeaderList } from '../header-list.ts'
import { ByteQueue } from './byte-queue.ts'

/** What a stream tells its session. */
export interface StreamSession {
  /** Bytes that were received are done with. @param stream null if it is over */
  consumed(stream: SessionStream | null, bytes: number): void
  /** Everything was delivered. */
  closeIfDone(stream: SessionStream): void
}

/** Output that waits for the peer from which on a stream counts as congested, and until when, bytes. */
const HIGH_WATER = 64 * 1024
const LOW_WATER = 16 * 1024

/**
 * One stream of a session: its windows, and what waits on either side of them. Who owns the connection says what the
 * stream carries. Objects are reused: `begin` starts a new stream.
 */
export abstract class SessionStream {
  id = 0
  /** What the peer takes of ours, and what it may send, bytes. May be negative after a change of settings. */
  sendWindow = 0
  receiveWindow = 0
  /** Of what it has sent, bytes consumed and not yet allowed again. */
  credit = 0
  /** Our END_STREAM is sent or queued behind the body. */
  localEnded = false
  /** The peer's END_STREAM has come. */
  remoteEnded = false
  /** Output waits beyond measure: the source should pause until `onWritable`. */
  congested = false
  /** The stream waits in its session's list for its turn to write. */
  queued = false
  /** It was reset, or both sides have ended. */
  closed = true
  /** The bytes that are to come by the content-length; -1 = any number. */
  expectedBytes = -1
  /** What of its message ended the connection, in Envoy's words; '' = nothing. */
  violation = ''
  /** Output behind the windows, and then `trailers`, END_STREAM. */
  readonly output = new ByteQueue()
  trailers: HeaderList | null = null
  readonly #input = new ByteQueue()
  #session!: StreamSession
  #paused = false
  #delivering = false
  /** `onBodyEnd` was called. */
  #bodyEnded = false

  /** A part of the peer's message. Valid during the call only. */
  protected abstract onBody(buffer: Buffer, start: number, end: number): void
  /** The peer's message is complete; its trailers, if any, were told before. */
  protected abstract onBodyEnd(): void
  /** The peer's reset only says that it wants no more of ours: what it has sent holds (RFC 9113 8.1). */
  endsOutput(_code: number): boolean {
    return false
  }

  /** Output may go on. */
  abstract onWritable(): void
  /** The peer has reset the stream (`code`), or broke its rules, for which we reset it: nothing more comes. */
  abstract onCut(code: number, byPeer: boolean): void
  /** Both sides have ended, and all was delivered: the session knows the stream no more. */
  abstract onClosed(): void

  begin(session: StreamSession, id: number, sendWindow: number, receiveWindow: number): void {
    this.#session = session
    this.id = id
    this.sendWindow = sendWindow
    this.receiveWindow = receiveWindow
    this.credit = 0
    this.localEnded = this.remoteEnded = this.congested = this.closed = false
    this.expectedBytes = -1
    this.violation = ''
    this.#paused = false
    this.#bodyEnded = false
  }

  get bodyEnded(): boolean {
    return this.#bodyEnded
  }

  /** Lets go of what waits. */
  release(): void {
    this.closed = true
    this.trailers = null
    this.output.clear()
    if (this.#input.size > 0) this.#session.consumed(null, this.#input.size)
    this.#input.clear()
  }

  /** Body bytes are wanted no more; they are counted and dropped. */
  discardInput(): void {
    if (this.#input.size > 0) this.#session.consumed(this, this.#input.size)
    this.#input.clear()
    this.#bodyEnded = true
  }

  /** @returns false if there is more than the content-length says */
  receive(buffer: Buffer, start: number, end: number): boolean {
    const length = end - start
    if (this.expectedBytes >= 0) {
      if (length > this.expectedBytes) return false
      this.expectedBytes -= length
    }
    if (this.#bodyEnded) this.#session.consumed(this, length)
    else if (this.#paused || this.#input.size > 0) this.#input.push(buffer, start, end)
    else {
      this.onBody(buffer, start, end)
      this.#session.consumed(this, length)
    }
    return true
  }

  /** END_STREAM has come. @returns false if there is less than the content-length says */
  receiveEnd(): boolean {
    this.remoteEnded = true
    if (this.expectedBytes > 0) return false
    this.#deliver()
    return true
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#paused || this.closed) return
    this.#paused = false
    this.#deliver()
  }

  /** Keeps output for later. */
  enqueue(buffer: Buffer, start: number, end: number): void {
    this.output.push(buffer, start, end)
    if (this.output.size >= HIGH_WATER) this.congested = true
  }

  /** Output has left. */
  noteProgress(): void {
    if (!this.congested || this.output.size > LOW_WATER) return
    this.congested = false
    this.onWritable()
  }

  #deliver(): void {
    // What a delivery makes its receiver do may resume again.
    if (this.#delivering) return
    this.#delivering = true
    const input = this.#input
    while (input.size > 0 && !this.#paused && !this.closed) {
      const { front, frontStart, frontEnd } = input
      const length = frontEnd - frontStart
      input.drop(length)
      this.onBody(front, frontStart, frontEnd)
      this.#session.consumed(this, length)
    }
    this.#delivering = false
    if (this.remoteEnded && input.size === 0 && !this.#paused && !this.closed && !this.#bodyEnded) {
      this.#bodyEnded = true
      this.onBodyEnd()
      this.#session.closeIfDone(this)
    }
  }
}
