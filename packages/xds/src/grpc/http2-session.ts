import type { Socket } from 'node:net'
import { encodeHeaders } from '../client/hpack.ts'
import {
  checkFrame,
  decodeSettings,
  encodeFrame,
  encodeSettings,
  Flag,
  Frame,
  MAX_WINDOW,
  Setting,
  unpadded,
} from '../client/http2-frames.ts'
import type { HpackField } from '../hpack/index.ts'
import { DataSender, DEFAULT_FRAME, DEFAULT_WINDOW } from './data-sender.ts'
import { FrameInput } from './frame-input.ts'
import { checkDependency, HeaderBlocks, MAX_HEADER_BLOCK } from './header-blocks.ts'
import { CODE, codeOf, SessionError } from './http2-error.ts'
import { type Fields, Http2Stream, STREAM_WINDOW, type StreamHost } from './http2-stream.ts'
import { areTrailers, requestHead } from './request-head.ts'

/** Where the pieces of a DATA frame go; undefined = the stream is over. */
interface DataFrame {
  readonly stream: Http2Stream | undefined
  readonly endsStream: boolean
}

export interface SessionOptions {
  readonly socket: Socket
  readonly maxStreams: number
  /** A request has begun. */
  readonly onStream: (stream: Http2Stream, headers: ReadonlyMap<string, string>) => void
  /** The connection is gone. Called once. */
  readonly onClose: () => void
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')
/** Of all streams of a connection; what they have not read stands in their own windows. */
const CONNECTION_WINDOW = 1024 * 1024
/** Largest DATA frame taken, and sent: most messages are one. */
const MAX_FRAME = 256 * 1024
/** Answers that a client may leave unread, beside DATA. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024
/** Requests that a client may give up, ever, beyond one in two. */
const MAX_RESETS = 1_000
/** Streams that are known to have been cut; later frames of others are errors. */
const MAX_CUT = 200

/**
 * One HTTP/2 connection of a client, as RFC 9113 has it, as far as gRPC needs it: no pushes, no priorities, no dynamic table
 * for what is sent. What is against the rules ends the connection, with the reason in its last frame.
 */
export class Http2Session implements StreamHost {
  readonly #options: SessionOptions
  readonly #socket: Socket
  readonly #input: FrameInput
  readonly #headers = new HeaderBlocks((stream, last, fields) => this.#takeHeaders(stream, last, fields))
  readonly #streams = new Map<number, Http2Stream>()
  /** Those that we have ended before the client had said all: it may not know yet. */
  readonly #cut = new Set<number>()
  readonly #sender: DataSender
  #preface: Buffer | undefined = Buffer.alloc(0)
  #data: DataFrame = { stream: undefined, endsStream: false }
  #lastStream = 0
  #begun = 0
  #resets = 0
  #receiveWindow = CONNECTION_WINDOW
  #initialSendWindow = DEFAULT_WINDOW
  #pong: (() => void) | undefined
  #closing = false
  #over = false

  constructor(options: SessionOptions) {
    this.#options = options
    this.#socket = options.socket
    this.#sender = new DataSender(options.socket)
    this.#input = new FrameInput(
      {
        onFrame: (type, flags, stream, body) => this.#take(type, flags, stream, body),
        onDataBegin: (flags, stream, length) => this.#beginData(flags, stream, length),
        onDataPiece: (piece, last) => this.#takeData(piece, last),
      },
      MAX_FRAME,
    )
    this.#socket.setNoDelay(true)
    this.#socket.on('drain', () => this.#drained())
    this.#socket.on('close', () => this.#closed())
    // 'close' follows.
    this.#socket.on('error', () => {})
    this.#open()
  }

  get isFull(): boolean {
    return this.#sender.isFull
  }

  get bytesRead(): number {
    return this.#socket.bytesRead
  }

  /** What the socket has read. */
  receive(bytes: Buffer): void {
    if (this.#over) return
    try {
      const rest = this.#preface === undefined ? bytes : this.#takePreface(bytes)
      if (rest.length > 0) this.#input.push(rest)
      if (this.#socket.writableLength > MAX_UNREAD_BYTES) this.destroy()
    } catch (error) {
      this.#fail(codeOf(error), (error as Error).message)
    }
  }

  /** Calls `onPong` when the client has answered. */
  ping(onPong: () => void): void {
    this.#pong = onPong
    this.#send(Frame.ping, 0, 0, Buffer.alloc(8))
  }

  /** Takes no more streams, and ends when those that there are have ended. */
  close(): void {
    if (this.#closing || this.#over) return
    this.#closing = true
    this.#goAway(CODE.none, '')
    this.#endIfIdle()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  flush(): void {
    if (!this.#over) this.#sender.flush()
  }

  wants(stream: Http2Stream): void {
    this.#sender.add(stream)
  }

  sendHeaders(stream: number, fields: Fields, last: boolean): void {
    this.#send(Frame.headers, Flag.endHeaders | (last ? Flag.endStream : 0), stream, encodeHeaders(fields))
  }

  allow(stream: number, bytes: number): void {
    const body = Buffer.alloc(4)
    body.writeUInt32BE(bytes, 0)
    this.#send(Frame.windowUpdate, 0, stream, body)
  }

  ended(stream: Http2Stream): void {
    // It need not say the rest (RFC 9113 8.1).
    if (!stream.remoteEnded) this.#reset(stream.id, CODE.none)
    this.#forget(stream)
  }

  #open(): void {
    const settings = encodeSettings([
      [Setting.maxConcurrentStreams, this.#options.maxStreams],
      [Setting.initialWindowSize, STREAM_WINDOW],
      [Setting.maxFrameSize, MAX_FRAME],
      [Setting.maxHeaderListSize, MAX_HEADER_BLOCK],
    ])
    this.#send(Frame.settings, 0, 0, settings)
    this.allow(0, CONNECTION_WINDOW - DEFAULT_WINDOW)
  }

  /** Returns what follows it. */
  #takePreface(bytes: Buffer): Buffer {
    const all = Buffer.concat([this.#preface as Buffer, bytes])
    const length = Math.min(all.length, PREFACE.length)
    if (all.compare(PREFACE, 0, length, 0, length) !== 0) throw new SessionError(CODE.protocol, 'not HTTP/2')
    this.#preface = length < PREFACE.length ? all : undefined
    return all.subarray(length)
  }

  #take(type: number, flags: number, stream: number, body: Buffer): void {
    if (type !== Frame.continuation) this.#headers.checkWhole()
    checkFrame(type, stream, stream === 0 ? -1 : stream, body.length)
    switch (type) {
      case Frame.data:
        this.#beginData(flags, stream, body.length)
        this.#takeData(unpadded(flags, body), true)
        return
      case Frame.priority:
        if (body.length !== 5) throw new SessionError(CODE.frameSize, `a priority of ${body.length} bytes`)
        checkDependency(stream, body)
        return
      case Frame.headers:
        this.#headers.begin(stream, flags, body)
        return
      case Frame.continuation:
        this.#headers.continue(stream, flags, body)
        return
      case Frame.settings:
        if ((flags & Flag.ack) === 0) this.#takeSettings(body)
        return
      case Frame.ping:
        if ((flags & Flag.ack) === 0) this.#send(Frame.ping, Flag.ack, 0, Buffer.from(body))
        else this.#pong?.()
        return
      case Frame.windowUpdate:
        this.#takeWindow(stream, body.readUInt32BE(0) & 0x7fffffff)
        return
      case Frame.rstStream:
        this.#takeReset(stream)
        return
      case Frame.pushPromise:
        throw new SessionError(CODE.protocol, 'a push of a client')
      default:
      // GOAWAY: its streams go on. Priorities and unknown frames are passed over (RFC 9113 4.1).
    }
  }

  #beginData(flags: number, id: number, length: number): void {
    this.#headers.checkWhole()
    if (id === 0 || id > this.#lastStream) throw new SessionError(CODE.protocol, `data on stream ${id}`)
    this.#receiveWindow -= length
    if (this.#receiveWindow < 0) throw new SessionError(CODE.flowControl, 'more data than allowed')
    if (this.#receiveWindow < CONNECTION_WINDOW / 2) {
      this.allow(0, CONNECTION_WINDOW - this.#receiveWindow)
      this.#receiveWindow = CONNECTION_WINDOW
    }
    const stream = this.#streams.get(id)
    if (stream === undefined) this.#refuseData(id)
    else if (stream.remoteEnded) this.#abort(stream, CODE.streamClosed)
    this.#data = { stream, endsStream: (flags & Flag.endStream) !== 0 }
  }

  #takeData(piece: Buffer, last: boolean): void {
    const { stream, endsStream } = this.#data
    if (stream === undefined || stream.remoteEnded) return
    if (!stream.receive(piece)) this.#abort(stream, CODE.flowControl)
    else if (last && endsStream) stream.receiveEnd()
  }

  #takeHeaders(id: number, isLast: boolean, fields: readonly HpackField[]): void {
    const known = this.#streams.get(id)
    if (known !== undefined) this.#takeTrailers(known, isLast && areTrailers(fields))
    else if (id > this.#lastStream) this.#begin(id, requestHead(fields), isLast)
    else if (!this.#cut.has(id)) throw new SessionError(CODE.streamClosed, `headers of stream ${id}, which is over`)
  }

  /** Data of a stream that is over. */
  #refuseData(id: number): void {
    if (!this.#cut.has(id)) this.#reset(id, CODE.streamClosed)
  }

  /** They say nothing to us. */
  #takeTrailers(stream: Http2Stream, proper: boolean): void {
    if (stream.remoteEnded) this.#abort(stream, CODE.streamClosed)
    else if (!proper) this.#abort(stream, CODE.protocol)
    else stream.receiveEnd()
  }

  #begin(id: number, head: ReadonlyMap<string, string> | undefined, isLast: boolean): void {
    if (id % 2 === 0) throw new SessionError(CODE.protocol, `a client's stream ${id}`)
    this.#lastStream = id
    this.#begun += 1
    if (head === undefined) this.#reset(id, CODE.protocol)
    else if (this.#closing || this.#streams.size >= this.#options.maxStreams) this.#reset(id, CODE.refused)
    else {
      const stream = new Http2Stream(id, this, this.#initialSendWindow)
      this.#streams.set(id, stream)
      this.#options.onStream(stream, head)
      if (isLast) stream.receiveEnd()
    }
  }

  #takeSettings(body: Buffer): void {
    for (const [id, value] of decodeSettings(body)) {
      if (id === Setting.maxFrameSize) {
        if (value < DEFAULT_FRAME || value > 0xffffff) throw new SessionError(CODE.protocol, `frames of ${value} bytes`)
        this.#sender.maxFrame = Math.min(value, MAX_FRAME)
      }
      if (id === Setting.enablePush && value > 1) throw new SessionError(CODE.protocol, `ENABLE_PUSH ${value}`)
      if (id === Setting.initialWindowSize) this.#setInitialWindow(value)
    }
    this.#send(Frame.settings, Flag.ack, 0, Buffer.alloc(0))
    this.#drained()
  }

  /** Holds for streams that are under way too (RFC 9113 6.9.2). */
  #setInitialWindow(value: number): void {
    if (value > MAX_WINDOW) throw new SessionError(CODE.flowControl, `a window of ${value} bytes`)
    for (const stream of this.#streams.values()) {
      stream.sendWindow += value - this.#initialSendWindow
      if (stream.sendWindow > MAX_WINDOW) throw new SessionError(CODE.flowControl, 'a window that is too large')
    }
    this.#initialSendWindow = value
  }

  #takeWindow(id: number, bytes: number): void {
    const stream = this.#streams.get(id)
    if (id > this.#lastStream) throw new SessionError(CODE.protocol, `a window of stream ${id}`)
    if (id === 0) {
      this.#sender.window += bytes
      if (bytes === 0 || this.#sender.window > MAX_WINDOW) {
        throw new SessionError(bytes === 0 ? CODE.protocol : CODE.flowControl, `a window update of ${bytes}`)
      }
    } else if (stream !== undefined) {
      stream.sendWindow += bytes
      if (bytes === 0 || stream.sendWindow > MAX_WINDOW) {
        this.#abort(stream, bytes === 0 ? CODE.protocol : CODE.flowControl)
      }
    }
    this.#drained()
  }

  #takeReset(id: number): void {
    if (id > this.#lastStream) throw new SessionError(CODE.protocol, `a reset of stream ${id}`)
    this.#resets += 1
    // CVE-2023-44487
    if (this.#resets > MAX_RESETS && this.#resets * 2 > this.#begun)
      throw new SessionError(CODE.calm, 'too many resets')
    const stream = this.#streams.get(id)
    if (stream === undefined) return
    this.#forget(stream)
    stream.abort()
  }

  #abort(stream: Http2Stream, code: number): void {
    this.#reset(stream.id, code)
    this.#forget(stream)
    stream.abort()
  }

  #reset(id: number, code: number): void {
    this.#cut.add(id)
    const oldest = this.#cut.values().next().value
    if (this.#cut.size > MAX_CUT && oldest !== undefined) this.#cut.delete(oldest)
    const body = Buffer.alloc(4)
    body.writeUInt32BE(code, 0)
    this.#send(Frame.rstStream, 0, id, body)
  }

  #forget(stream: Http2Stream): void {
    this.#streams.delete(stream.id)
    this.#sender.delete(stream)
    this.#endIfIdle()
  }

  /** There is room, in the socket or in windows. */
  #drained(): void {
    this.flush()
    for (const stream of this.#streams.values()) {
      if (this.isFull) return
      stream.drained()
    }
  }

  #send(type: number, flags: number, stream: number, body: Buffer): void {
    if (!this.#over && !this.#socket.destroyed) this.#socket.write(encodeFrame(type, flags, stream, body))
  }

  #goAway(code: number, reason: string): void {
    const body = Buffer.alloc(8)
    body.writeUInt32BE(this.#lastStream, 0)
    body.writeUInt32BE(code, 4)
    this.#send(Frame.goAway, 0, 0, Buffer.concat([body, Buffer.from(reason)]))
  }

  /** What is against the rules ends the connection. */
  #fail(code: number, reason: string): void {
    this.#goAway(code, reason)
    this.#over = true
    this.#socket.pause()
    this.#socket.end(() => this.#socket.destroy())
  }

  #endIfIdle(): void {
    if (this.#closing && this.#streams.size === 0 && !this.#over) {
      this.#over = true
      this.#socket.end(() => this.#socket.destroy())
    }
  }

  #closed(): void {
    this.#over = true
    const streams = [...this.#streams.values()]
    this.#streams.clear()
    this.#sender.clear()
    for (const stream of streams) stream.abort()
    this.#options.onClose()
  }
}
