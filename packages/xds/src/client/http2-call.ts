import { connect, type Socket } from 'node:net'
import { decodeHeaders, encodeHeaders } from './hpack.ts'
import {
  checkFrame,
  decodeSettings,
  encodeFrame,
  encodeSettings,
  Flag,
  Frame,
  HEAD_BYTES,
  headerFragment,
  MAX_WINDOW,
  Setting,
  unpadded,
} from './http2-frames.ts'

export interface Http2CallOptions {
  /** `host:port`, plaintext with prior knowledge (RFC 9113 3.3). */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Default 16 MiB. */
  readonly maxUnsentBytes?: number | undefined
  readonly onConnect: () => void
  readonly onHeaders: (headers: ReadonlyMap<string, string>, last: boolean) => void
  readonly onData: (chunk: Buffer) => void
  readonly onPong: () => void
  /** The call is over, and its connection with it. Called once. */
  readonly onEnd: (reason: string) => void
}

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
/** Default of both sides, and what this side takes. */
const MAX_FRAME = 16_384
const DEFAULT_WINDOW = 65_535
/** What the peer may send ahead. */
const WINDOW = 1024 * 1024
/** Limit of a header block, bytes. */
const MAX_HEADER_BLOCK = 64 * 1024
/** What may wait for a peer that does not read, bytes: more than the longest list of names. */
const MAX_UNSENT = 16 * 1024 * 1024
/** The one stream of the connection. */
const STREAM = 1

/**
 * One HTTP/2 request whose body and response stay open, on a connection of its own: what an xDS stream needs of RFC 9113.
 * Node's module does all of it and takes 7 MB of each proxy. Anything unexpected ends the call: it is made anew.
 */
export class Http2Call {
  readonly #options: Http2CallOptions
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #headerBlock: Buffer | undefined
  #headersAreLast = false
  /** Body that waits for the peer to allow it. */
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #connectionWindow = DEFAULT_WINDOW
  #streamWindow = DEFAULT_WINDOW
  #peerInitialWindow = DEFAULT_WINDOW
  #peerMaxFrame = MAX_FRAME
  #consumed = 0
  #finishing = false
  #ended = false

  constructor(options: Http2CallOptions) {
    this.#options = options
    const colon = options.target.lastIndexOf(':')
    const host = options.target.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
    this.#socket = connect({ host, port: Number(options.target.slice(colon + 1)), noDelay: true })
    this.#socket.on('connect', () => options.onConnect())
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#socket.on('error', (error) => this.#end(error.message))
    this.#socket.on('close', () => this.#end('connection closed'))
    this.#open()
  }

  /** Sends a part of the body, when the peer allows it. */
  write(body: Buffer): void {
    if (this.#ended) return
    this.#waiting.push(body)
    this.#waitingBytes += body.length
    this.#flush()
    this.#limitUnsent()
  }

  /** The body is complete: the peer is told once it has all of it. */
  finish(): void {
    this.#finishing = true
    this.#flush()
  }

  ping(): void {
    this.#send(Frame.ping, 0, 0, Buffer.alloc(8))
  }

  /** Ends it now; `onEnd` is not called. */
  destroy(): void {
    this.#ended = true
    this.#waiting = []
    this.#socket.destroy()
  }

  #open(): void {
    this.#socket.write(PREFACE, 'latin1')
    const settings = encodeSettings([
      [Setting.headerTableSize, 0],
      [Setting.enablePush, 0],
      [Setting.initialWindowSize, WINDOW],
    ])
    this.#send(Frame.settings, 0, 0, settings)
    this.#allow(0, WINDOW - DEFAULT_WINDOW)
    this.#send(Frame.headers, Flag.endHeaders, STREAM, encodeHeaders(this.#options.headers))
  }

  #send(type: number, flags: number, stream: number, body: Buffer): void {
    if (this.#ended) return
    this.#socket.write(encodeFrame(type, flags, stream, body))
  }

  /** Lets the peer send `bytes` more. */
  #allow(stream: number, bytes: number): void {
    const body = Buffer.alloc(4)
    body.writeUInt32BE(bytes, 0)
    this.#send(Frame.windowUpdate, 0, stream, body)
  }

  #flush(): void {
    for (let body = this.#waiting[0]; body !== undefined; body = this.#waiting[0]) {
      const room = Math.min(this.#connectionWindow, this.#streamWindow, this.#peerMaxFrame)
      if (room <= 0) return
      const part = body.subarray(0, room)
      if (part.length === body.length) this.#waiting.shift()
      else this.#waiting[0] = body.subarray(room)
      this.#connectionWindow -= part.length
      this.#streamWindow -= part.length
      this.#waitingBytes -= part.length
      this.#send(Frame.data, 0, STREAM, part)
    }
    if (!this.#finishing) return
    this.#finishing = false
    this.#send(Frame.data, Flag.endStream, STREAM, Buffer.alloc(0))
  }

  /** A peer that asks for answers and does not read them, or takes no body, must not cost memory without limit. */
  #limitUnsent(): void {
    const unsent = this.#waitingBytes + this.#socket.writableLength
    if (unsent > (this.#options.maxUnsentBytes ?? MAX_UNSENT))
      this.#end(`HTTP/2: the other side does not read, ${unsent} bytes wait for it`)
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    try {
      while (!this.#ended && this.#received.length >= HEAD_BYTES) {
        const length = this.#received.readUIntBE(0, 3)
        if (length > MAX_FRAME) throw new Error(`HTTP/2: a frame of ${length} bytes`)
        if (this.#received.length < HEAD_BYTES + length) return
        const [type = 0, flags = 0] = this.#received.subarray(3, 5)
        const stream = this.#received.readUInt32BE(5) & 0x7fffffff
        const body = this.#received.subarray(HEAD_BYTES, HEAD_BYTES + length)
        this.#received = this.#received.subarray(HEAD_BYTES + length)
        checkFrame(type, stream, STREAM, length)
        this.#take(type, flags, stream, body)
      }
      this.#limitUnsent()
    } catch (error) {
      this.#end((error as Error).message)
    }
  }

  #take(type: number, flags: number, stream: number, body: Buffer): void {
    if (this.#headerBlock !== undefined && type !== Frame.continuation)
      throw new Error('HTTP/2: a header block was interrupted')
    switch (type) {
      case Frame.data:
        this.#takeData(flags, body)
        return
      case Frame.headers:
        this.#headersAreLast = (flags & Flag.endStream) !== 0
        this.#takeHeaders(flags, headerFragment(flags, body))
        return
      case Frame.continuation:
        if (this.#headerBlock === undefined) throw new Error('HTTP/2: a continuation of nothing')
        this.#takeHeaders(flags, body)
        return
      case Frame.settings:
        if ((flags & Flag.ack) === 0) this.#takeSettings(body)
        return
      case Frame.ping:
        if ((flags & Flag.ack) === 0) this.#send(Frame.ping, Flag.ack, 0, Buffer.from(body))
        else this.#options.onPong()
        return
      case Frame.windowUpdate:
        this.#takeWindow(stream, body.readUInt32BE(0) & 0x7fffffff)
        return
      case Frame.rstStream:
        throw new Error(`HTTP/2: stream reset, error ${body.readUInt32BE(0)}`)
      case Frame.goAway:
        // A stream that is not named goes on; if it must not, the peer closes the connection.
        if ((body.readUInt32BE(0) & 0x7fffffff) < STREAM)
          throw new Error(`HTTP/2: refused, error ${body.readUInt32BE(4)}`)
        return
      case Frame.pushPromise:
        throw new Error('HTTP/2: a push, though pushes are off')
      default:
      // Unknown frames are skipped (RFC 9113 4.1).
    }
  }

  #takeData(flags: number, body: Buffer): void {
    this.#consumed += body.length
    if (this.#consumed >= WINDOW / 2) {
      this.#allow(0, this.#consumed)
      this.#allow(STREAM, this.#consumed)
      this.#consumed = 0
    }
    const data = unpadded(flags, body)
    if (data.length > 0) this.#options.onData(data)
    if ((flags & Flag.endStream) !== 0) this.#end('stream ended')
  }

  #takeHeaders(flags: number, fragment: Buffer): void {
    const block = this.#headerBlock === undefined ? fragment : Buffer.concat([this.#headerBlock, fragment])
    if (block.length > MAX_HEADER_BLOCK) throw new Error('HTTP/2: a header block that is too long')
    if ((flags & Flag.endHeaders) === 0) {
      this.#headerBlock = Buffer.from(block)
      return
    }
    this.#headerBlock = undefined
    this.#options.onHeaders(decodeHeaders(block), this.#headersAreLast)
    if (this.#headersAreLast) this.#end('stream ended')
  }

  #takeSettings(body: Buffer): void {
    for (const [id, value] of decodeSettings(body)) {
      if (id === Setting.maxFrameSize) this.#peerMaxFrame = Math.min(Math.max(value, MAX_FRAME), 1024 * 1024)
      if (id === Setting.initialWindowSize) {
        // Holds for what is under way too (RFC 9113 6.9.2), and may make the window negative.
        this.#streamWindow = grown(this.#streamWindow, value - this.#peerInitialWindow)
        this.#peerInitialWindow = grown(0, value)
      }
    }
    this.#send(Frame.settings, Flag.ack, 0, Buffer.alloc(0))
    this.#flush()
  }

  #takeWindow(stream: number, bytes: number): void {
    if (bytes === 0) throw new Error('HTTP/2: a window update of nothing')
    if (stream === 0) this.#connectionWindow = grown(this.#connectionWindow, bytes)
    else if (stream === STREAM) this.#streamWindow = grown(this.#streamWindow, bytes)
    this.#flush()
  }

  #end(reason: string): void {
    if (this.#ended) return
    this.destroy()
    this.#options.onEnd(reason)
  }
}

/** A window after a change; throws an Error if the peer makes it larger than there are (RFC 9113 6.9.1). */
function grown(window: number, bytes: number): number {
  if (window + bytes > MAX_WINDOW) throw new Error('HTTP/2: a window that is too large')
  return window + bytes
}
