import { Setting } from '@mizzen/xds/http2-frames'
import type { Http2Options } from '../../config/http2-options.ts'
import type { HeaderList } from '../header-list.ts'
import type { Wire } from '../wire.ts'
import { ErrorCode } from './error-code.ts'
import { FrameWriter } from './frame-writer.ts'
import type { Http2Resources } from './http2-resources.ts'
import { PeerSettings } from './peer-settings.ts'
import {
  DEFAULT_TABLE,
  type HeaderLimits,
  type InputSession,
  SessionInput,
  type SessionOwner,
} from './session-input.ts'
import { SessionOutput } from './session-output.ts'
import type { SessionStream } from './session-stream.ts'

export type { SessionOwner } from './session-input.ts'

/** Window of a connection before anything else was said (RFC 9113 6.9.2). */
const DEFAULT_WINDOW = 65_535
/** Streams that we reset and whose frames may still be under way. */
const MAX_RESET_NOTED = 128

/** What both sides of an HTTP/2 connection have in common. */
export class Http2Session implements InputSession {
  readonly writer: FrameWriter
  readonly peer = new PeerSettings()
  readonly streams = new Map<number, SessionStream>()
  /** The highest stream that was opened; only the client opens any. */
  highestStream = 0
  limits: HeaderLimits
  readonly #owner: SessionOwner
  readonly #options: Http2Options
  /** @internal for SessionInput */
  readonly output: SessionOutput
  readonly #input: SessionInput
  /** Of the connection. */
  #receiveWindow = DEFAULT_WINDOW
  #credit = 0
  readonly #reset = new Set<number>()
  #failed = false

  constructor(wire: Wire, owner: SessionOwner, options: Http2Options, resources: Http2Resources, limits: HeaderLimits) {
    this.#owner = owner
    this.#options = options
    this.limits = limits
    this.writer = new FrameWriter(wire, resources)
    this.output = new SessionOutput(wire, this.writer, this)
    this.#input = new SessionInput(this, owner, options, resources)
  }

  get failed(): boolean {
    return this.#failed
  }

  /** Our SETTINGS, and the connection's window. @param settings that only this side has */
  start(settings: readonly (readonly [id: number, value: number])[]): void {
    const { hpackTableSize, initialStreamWindow, initialConnectionWindow } = this.#options
    const own: (readonly [number, number])[] = [...settings]
    if (hpackTableSize !== DEFAULT_TABLE) own.push([Setting.headerTableSize, hpackTableSize])
    own.push([Setting.initialWindowSize, initialStreamWindow])
    this.writer.settings(own)
    const more = initialConnectionWindow - DEFAULT_WINDOW
    if (more <= 0) return
    this.writer.windowUpdate(0, more)
    this.#receiveWindow += more
  }

  /** @returns where it stopped: `end`, or before it if input is held; those bytes must come again */
  receive(buffer: Buffer, start: number, end: number): number {
    return this.#input.push(buffer, start, end)
  }

  /** It stands before a HEADERS frame because of `pauseInput`; the next `receive` takes it. */
  get inputHeld(): boolean {
    return this.#input.held
  }

  /** Call while frames are received: no further HEADERS frame is taken of these bytes. */
  pauseInput(): void {
    this.#input.pause()
  }

  // Streams.

  open(stream: SessionStream, id: number): void {
    this.highestStream = id
    this.#input.onOpened()
    stream.begin(this, id, this.peer.initialWindow, this.#options.initialStreamWindow)
    this.streams.set(id, stream)
  }

  /** The block that was begun at the writer belongs to `stream`. @returns its bytes on the wire */
  endHeaders(stream: SessionStream, endStream: boolean): number {
    const bytes = this.writer.endHeaders(stream.id, endStream)
    if (endStream) {
      stream.localEnded = true
      this.closeIfDone(stream)
    }
    return bytes
  }

  sendData(stream: SessionStream, buffer: Buffer, start: number, end: number): void {
    this.output.sendData(stream, buffer, start, end)
  }

  /** One byte a character. */
  sendText(stream: SessionStream, text: string): void {
    this.output.sendText(stream, text)
  }

  /** Ends our side behind its body. */
  endStream(stream: SessionStream): void {
    if (this.output.end(stream)) this.closeIfDone(stream)
  }

  /** Ends our side with trailers, which are copied if they have to wait. */
  sendTrailers(stream: SessionStream, trailers: HeaderList): void {
    if (this.output.endWithTrailers(stream, trailers)) this.closeIfDone(stream)
  }

  /** Ends the stream at once on both sides; its owner is not told. */
  reset(stream: SessionStream, code: number): void {
    if (stream.closed) return
    this.refuse(stream.id, code)
    this.forget(stream)
  }

  /** Forgets a stream that the peer does not know (any more); its owner is not told. */
  drop(stream: SessionStream): void {
    if (!stream.closed) this.forget(stream)
  }

  /** Resets a stream that was never opened here. */
  refuse(id: number, code: number): void {
    this.writer.resetStream(id, code)
    this.#reset.add(id)
    if (this.#reset.size > MAX_RESET_NOTED) this.#reset.delete(this.#reset.values().next().value as number)
  }

  /** The peer broke its rules on this stream. */
  fail(stream: SessionStream, code: number): void {
    this.reset(stream, code)
    stream.onCut(code, false)
  }

  /**
   * The peer's message is malformed (RFC 9113 8.1.1): as Envoy, the connection ends unless told otherwise.
   * @param details Envoy's words for the log
   */
  failMessage(stream: SessionStream, details = 'http2.violation.of.messaging.rule'): void {
    stream.violation = details
    if (this.#options.streamErrorOnInvalidMessage) this.fail(stream, ErrorCode.protocolError)
    else this.failConnection(ErrorCode.protocolError, 'a malformed message')
  }

  /** @internal for SessionStream, which calls it when it has delivered everything */
  closeIfDone(stream: SessionStream): void {
    if (stream.closed || !stream.localEnded || stream.output.size > 0 || !stream.bodyEnded) return
    // What is missing of the request is not wanted (RFC 9113 8.1).
    if (!stream.remoteEnded) this.refuse(stream.id, ErrorCode.noError)
    this.forget(stream)
    stream.onClosed()
  }

  /** @internal for SessionStream. Bytes that were received are done with. @param stream null if it is over */
  consumed(stream: SessionStream | null, bytes: number): void {
    this.#credit += bytes
    if (this.#credit >= this.#options.initialConnectionWindow / 2) {
      this.writer.windowUpdate(0, this.#credit)
      this.#receiveWindow += this.#credit
      this.#credit = 0
    }
    if (stream === null || stream.remoteEnded || stream.closed) return
    stream.credit += bytes
    if (stream.credit < this.#options.initialStreamWindow / 2) return
    this.writer.windowUpdate(stream.id, stream.credit)
    stream.receiveWindow += stream.credit
    stream.credit = 0
  }

  /** The wire takes output again. */
  onWritable(): void {
    this.output.pump()
  }

  /** Tells the peer of an error and reads no more. */
  failConnection(code: number, message: string): void {
    if (this.#failed) return
    this.#failed = true
    this.#input.stop()
    this.writer.goAway(this.highestStream, code, message)
    this.#owner.onSessionError(code, message)
  }

  /** The connection is gone: all streams are forgotten. Their owner has told them. */
  close(): void {
    this.#failed = true
    this.#input.stop()
    for (const stream of this.streams.values()) stream.release()
    this.streams.clear()
    this.output.clear()
    this.writer.flush()
  }

  /** @internal for SessionInput */
  takeWindow(bytes: number): boolean {
    this.#receiveWindow -= bytes
    return this.#receiveWindow >= 0
  }

  /** @internal for SessionInput */
  wasReset(id: number): boolean {
    return this.#reset.has(id)
  }

  /** @internal for SessionInput */
  forget(stream: SessionStream): void {
    this.streams.delete(stream.id)
    stream.release()
    this.#input.onForgotten(stream)
  }
}
