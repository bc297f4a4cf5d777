import { type HeaderBlock, HpackDecoder } from '@mizzen/xds/hpack'
import { Flag, Frame, MAX_WINDOW } from '@mizzen/xds/http2-frames'
import type { Http2Options } from '../../config/http2-options.ts'
import { ErrorCode } from './error-code.ts'
import { FloodGuard } from './flood-guard.ts'
import { checkForm } from './frame-form.ts'
import { FrameReader, type FrameSink } from './frame-reader.ts'
import type { FrameWriter } from './frame-writer.ts'
import { HeaderAssembly } from './header-assembly.ts'
import type { HeaderField } from './header-field.ts'
import type { Http2Resources } from './http2-resources.ts'
import type { PeerSettings } from './peer-settings.ts'
import type { SessionOutput } from './session-output.ts'
import type { SessionStream, StreamSession } from './session-stream.ts'

/** HPACK table before anything else was said (RFC 9113 6.5.2), bytes. */
export const DEFAULT_TABLE = 4096

/** The connection that a session belongs to. */
export interface SessionOwner {
  /**
   * A header block is complete. Both ends of the block's fields hold during the call only.
   * @param stream null if there is no such stream (any more)
   */
  onHeaders(id: number, stream: SessionStream | null, block: HeaderBlock<HeaderField>, endStream: boolean): void
  /** A header block has begun (`complete` false: CONTINUATION frames are to come). */
  onHeadersBegin(id: number, complete: boolean): void
  /** What the peer allows may have changed. */
  onSettings(): void
  onGoAway(lastStream: number, code: number): void
  onPong(): void
  /** The peer broke the protocol, or a limit: GOAWAY is written, and nothing more is read. */
  onSessionError(code: number, message: string): void
}

/** Limits of header blocks, asked for each. */
export interface HeaderLimits {
  readonly maxHeadersCount: number
  /** Bytes of names and values. */
  readonly maxHeadersBytes: number
}

/** The session, as far as what comes in changes it. */
export interface InputSession extends StreamSession {
  readonly writer: FrameWriter
  readonly output: SessionOutput
  readonly peer: PeerSettings
  readonly streams: ReadonlyMap<number, SessionStream>
  highestStream: number
  readonly limits: HeaderLimits
  /** Takes `bytes` off the connection's window. @returns false if there were not as many */
  takeWindow(bytes: number): boolean
  /** It was reset by us not long ago. */
  wasReset(id: number): boolean
  forget(stream: SessionStream): void
  refuse(id: number, code: number): void
  fail(stream: SessionStream, code: number): void
  failConnection(code: number, message: string): void
}

/** What a session makes of the frames that come: checks them (RFC 9113 5 and 6), and tells whom they concern. */
export class SessionInput implements FrameSink {
  readonly #session: InputSession
  readonly #owner: SessionOwner
  readonly #options: Http2Options
  readonly #guard: FloodGuard
  readonly #reader: FrameReader
  readonly #decoder: HpackDecoder<HeaderField>
  readonly #block = new HeaderAssembly()
  /** Of the DATA frame that is being read; the stream is null if its data is of no use. */
  #dataStream: SessionStream | null = null
  #dataEnds = false
  #dataRest = 0
  #gotSettings = false

  constructor(session: InputSession, owner: SessionOwner, options: Http2Options, resources: Http2Resources) {
    this.#session = session
    this.#owner = owner
    this.#options = options
    this.#guard = new FloodGuard(options)
    this.#reader = new FrameReader(this)
    // Until it has acknowledged our settings the peer goes by the defaults.
    this.#decoder = new HpackDecoder(resources.fields, Math.max(DEFAULT_TABLE, options.hpackTableSize))
  }

  /** As `FrameReader.push`. */
  push(buffer: Buffer, start: number, end: number): number {
    return this.#reader.push(buffer, start, end)
  }

  /** As `FrameReader.held`. */
  get held(): boolean {
    return this.#reader.held
  }

  /** As `FrameReader.pause`. */
  pause(): void {
    this.#reader.pause()
  }

  /** Nothing more is read. */
  stop(): void {
    this.#reader.stop()
  }

  onOpened(): void {
    this.#guard.onStream()
  }

  /** The stream is over: what still comes of it is of no use. */
  onForgotten(stream: SessionStream): void {
    if (this.#dataStream === stream) this.#dataStream = null
  }

  // From the frame reader.

  onFrameError(code: number, message: string): void {
    this.#session.failConnection(code, message)
  }

  onDataFrame(id: number, flags: number, length: number): void {
    if (!this.#gotSettings || this.#block.open || this.#isIdle(id)) {
      this.#session.failConnection(ErrorCode.protocolError, 'a DATA frame that does not belong here')
      return
    }
    const endStream = (flags & Flag.endStream) !== 0
    const flood = this.#guard.onMessageFrame(length === 0 && !endStream)
    if (flood !== '') {
      const culprit = this.#session.streams.get(id)
      if (culprit !== undefined) culprit.violation = 'http2.inbound_empty_frames_flood'
      this.#withinLimits(flood)
      return
    }
    if (!this.#session.takeWindow(length)) {
      this.#session.failConnection(ErrorCode.flowControlError, 'more data than the window of the connection')
      return
    }
    const stream = this.#session.streams.get(id) ?? null
    this.#dataEnds = endStream
    this.#dataRest = length
    this.#dataStream = stream
    if (stream === null) {
      if (!this.#session.wasReset(id)) this.#session.refuse(id, ErrorCode.streamClosed)
    } else if (stream.remoteEnded) {
      this.#session.fail(stream, ErrorCode.streamClosed)
    } else {
      stream.receiveWindow -= length
      if (stream.receiveWindow < 0) this.#session.fail(stream, ErrorCode.flowControlError)
      else if (stream.expectedBytes >= 0) this.#checkLength(stream, flags, length)
    }
  }

  /** Before any of a frame is passed on that says by itself that the content-length does not hold. */
  #checkLength(stream: SessionStream, flags: number, length: number): void {
    if ((flags & Flag.padded) !== 0) return
    const { expectedBytes } = stream
    if (length > expectedBytes || (length < expectedBytes && (flags & Flag.endStream) !== 0)) {
      this.#session.fail(stream, ErrorCode.protocolError)
    }
  }

  onData(buffer: Buffer, start: number, end: number): void {
    this.#dataRest -= end - start
    const stream = this.#dataStream
    if (stream === null) this.#session.consumed(null, end - start)
    else if (!stream.receive(buffer, start, end)) {
      this.#session.consumed(null, end - start)
      this.#session.fail(stream, ErrorCode.protocolError)
    }
  }

  onDataFrameEnd(): void {
    const stream = this.#dataStream
    // Padding.
    if (this.#dataRest > 0) this.#session.consumed(stream, this.#dataRest)
    this.#dataStream = null
    if (stream === null || !this.#dataEnds) return
    if (!stream.receiveEnd()) this.#session.fail(stream, ErrorCode.protocolError)
  }

  onFrame(type: number, flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    if (!this.#gotSettings && type !== Frame.settings) {
      this.#session.failConnection(ErrorCode.protocolError, 'the first frame is no SETTINGS frame')
      return
    }
    if (this.#block.open && (type !== Frame.continuation || id !== this.#block.stream)) {
      this.#session.failConnection(ErrorCode.protocolError, 'a header block was interrupted')
      return
    }
    const error = checkForm(type, flags, id, end - start)
    if (error !== null) {
      this.#session.failConnection(error.code, error.message)
      return
    }
    this.#dispatch(type, flags, id, buffer, start, end)
    this.#withinLimits(this.#guard.checkOutput(this.#session.writer.frames, this.#session.writer.controlFrames))
  }

  #dispatch(type: number, flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    switch (type) {
      case Frame.headers:
        this.#onHeadersFrame(flags, id, buffer, start, end)
        return
      case Frame.continuation:
        this.#onContinuation(flags, id, buffer, start, end)
        return
      case Frame.windowUpdate:
        this.#onWindowUpdate(id, buffer.readUInt32BE(start) & MAX_WINDOW)
        return
      case Frame.rstStream:
        this.#onResetFrame(id, buffer.readUInt32BE(start))
        return
      case Frame.settings:
        if ((flags & Flag.ack) === 0) this.#onSettingsFrame(buffer, start, end)
        else this.#decoder.allowTable(this.#options.hpackTableSize)
        return
      case Frame.ping:
        if ((flags & Flag.ack) !== 0) this.#owner.onPong()
        else this.#session.writer.ping(true, buffer, start)
        return
      case Frame.goAway:
        this.#owner.onGoAway(buffer.readUInt32BE(start) & MAX_WINDOW, buffer.readUInt32BE(start + 4))
        return
      case Frame.priority:
        this.#onPriority(id, buffer.readUInt32BE(start) & MAX_WINDOW)
      // Unknown frames are skipped (RFC 9113 4.1).
    }
  }

  // Header blocks.

  #onHeadersFrame(flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    if ((id & 1) === 0) {
      this.#session.failConnection(ErrorCode.protocolError, 'a HEADERS frame on a stream that no client opens')
      return
    }
    const block = this.#block
    if (!block.begin(flags, id, buffer, start, end)) {
      this.#session.failConnection(ErrorCode.protocolError, 'a HEADERS frame that is too short')
      return
    }
    this.#guard.onHeaders()
    if (!this.#withinLimits(this.#guard.onMessageFrame(block.start === block.end && !block.endStream))) return
    const complete = (flags & Flag.endHeaders) !== 0
    this.#owner.onHeadersBegin(id, complete)
    if (complete) this.#onBlock(buffer, block.start, block.end)
    else block.add(buffer, block.start, block.end)
  }

  #onContinuation(flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    const block = this.#block
    if (!block.open || id !== block.stream) {
      this.#session.failConnection(ErrorCode.protocolError, 'a CONTINUATION frame of nothing')
      return
    }
    if (!this.#withinLimits(this.#guard.onContinuation() || this.#guard.onMessageFrame(start === end))) return
    block.add(buffer, start, end)
    if (block.bytes > 2 * this.#session.limits.maxHeadersBytes) {
      this.#session.failConnection(ErrorCode.enhanceYourCalm, 'a header block that is too long')
      return
    }
    if ((flags & Flag.endHeaders) === 0) return
    const whole = block.take()
    this.#onBlock(whole, 0, whole.length)
  }

  #onBlock(buffer: Buffer, start: number, end: number): void {
    const { stream: id, endStream, dependsOnItself } = this.#block
    const { maxHeadersCount, maxHeadersBytes } = this.#session.limits
    let block: HeaderBlock<HeaderField>
    try {
      block = this.#decoder.decode(buffer, start, end, maxHeadersCount, maxHeadersBytes)
    } catch (error) {
      this.#session.failConnection(ErrorCode.compressionError, (error as Error).message)
      return
    }
    const stream = this.#session.streams.get(id) ?? null
    if (stream === null) {
      if (!this.#isIdle(id)) {
        if (!this.#session.wasReset(id))
          this.#session.failConnection(ErrorCode.streamClosed, 'a HEADERS frame on a closed stream')
        return
      }
    } else if (stream.remoteEnded) {
      this.#session.fail(stream, ErrorCode.streamClosed)
      return
    }
    if (dependsOnItself) {
      if (stream !== null) this.#session.fail(stream, ErrorCode.protocolError)
      else {
        this.#session.highestStream = id
        this.#session.refuse(id, ErrorCode.protocolError)
      }
      return
    }
    this.#owner.onHeaders(id, stream, block, endStream)
  }

  // Control frames.

  #onWindowUpdate(id: number, bytes: number): void {
    if (!this.#withinLimits(this.#guard.onWindowUpdate(this.#session.writer.dataFrames))) return
    if (id === 0) {
      if (bytes === 0) this.#session.failConnection(ErrorCode.protocolError, 'a window update of nothing')
      else if (!this.#session.output.grow(bytes))
        this.#session.failConnection(ErrorCode.flowControlError, 'a window that is too large')
      return
    }
    const stream = this.#session.streams.get(id)
    if (stream === undefined) {
      if (this.#isIdle(id)) this.#session.failConnection(ErrorCode.protocolError, 'a window update for an idle stream')
      return
    }
    if (bytes === 0) this.#session.fail(stream, ErrorCode.protocolError)
    else if (!this.#session.output.growStream(stream, bytes)) this.#session.fail(stream, ErrorCode.flowControlError)
    else this.#session.output.pump()
  }

  #onResetFrame(id: number, code: number): void {
    if (this.#isIdle(id)) {
      this.#session.failConnection(ErrorCode.protocolError, 'a reset of an idle stream')
      return
    }
    const stream = this.#session.streams.get(id)
    if (stream === undefined) return
    if (stream.endsOutput(code)) {
      stream.output.clear()
      stream.localEnded = true
      this.#session.closeIfDone(stream)
      return
    }
    this.#session.forget(stream)
    stream.onCut(code, true)
  }

  #onSettingsFrame(buffer: Buffer, start: number, end: number): void {
    this.#gotSettings = true
    const before = this.#session.peer.initialWindow
    for (let at = start; at < end; at += 6) {
      const error = this.#session.peer.apply(buffer.readUInt16BE(at), buffer.readUInt32BE(at + 2))
      if (error === ErrorCode.noError) continue
      this.#session.failConnection(error, 'a setting that may not be')
      return
    }
    this.#session.writer.encoder.setTableSize(this.#session.peer.headerTableSize)
    this.#session.writer.settingsAck()
    if (!this.#shiftWindows(this.#session.peer.initialWindow - before)) return
    this.#owner.onSettings()
  }

  /** Holds for what is under way, too, and may make windows negative (RFC 9113 6.9.2). */
  #shiftWindows(by: number): boolean {
    if (by === 0) return true
    for (const stream of this.#session.streams.values()) {
      if (this.#session.output.growStream(stream, by)) continue
      this.#session.failConnection(ErrorCode.flowControlError, 'a window that is too large')
      return false
    }
    this.#session.output.pump()
    return true
  }

  /** Priorities are not used (RFC 9113 5.3.2), but must be well-formed. */
  #onPriority(id: number, dependency: number): void {
    if (!this.#withinLimits(this.#guard.onPriority()) || dependency !== id) return
    const stream = this.#session.streams.get(id)
    if (stream === undefined) this.#session.refuse(id, ErrorCode.protocolError)
    else this.#session.fail(stream, ErrorCode.protocolError)
  }

  /** @param flood what there is too much of; '' = nothing */
  #withinLimits(flood: string): boolean {
    if (flood === '') return true
    this.#session.failConnection(ErrorCode.enhanceYourCalm, flood)
    return false
  }

  #isIdle(id: number): boolean {
    return id > this.#session.highestStream || (id & 1) === 0
  }
}
