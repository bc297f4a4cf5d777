/** What a stream needs of its connection. */
export interface StreamHost {
  /** Sends what windows allow of what streams have to send. */
  flush(): void
  /** More than enough waits to be read by the client. */
  readonly isFull: boolean
  sendHeaders(stream: number, fields: Fields, last: boolean): void
  /** The client may send so many bytes more. */
  allow(stream: number, bytes: number): void
  /** Something is to be sent. */
  wants(stream: Http2Stream): void
  /** It has nothing more to say. */
  ended(stream: Http2Stream): void
}

export type Fields = readonly (readonly [name: string, value: string])[]

export interface StreamListener {
  /** A piece of the request's body, of use until the call is over. */
  onData(piece: Buffer): void
  /** What was written has left; `write` returned false before. */
  onDrain(): void
  /** The client will send nothing more, or is gone. */
  onEnd(): void
}

/** What a client may send ahead of what is read, bytes. */
export const STREAM_WINDOW = 256 * 1024

/** The server's end of one stream: a request whose body comes, and a response that goes out as flow control allows. */
export class Http2Stream {
  readonly id: number
  readonly #host: StreamHost
  #listener: StreamListener | undefined
  #queue: Uint8Array[] = []
  /** Of the queue, what goes next. */
  #next = 0
  #queued = 0
  #trailers: Fields | undefined
  #needsDrain = false
  /** Body that came while it is paused. */
  #held: Buffer[] = []
  #paused = false
  #consumed = 0
  #receiveWindow = STREAM_WINDOW
  #remoteEnded = false
  #closed = false
  /** What the client takes; may be negative (RFC 9113 6.9.2). */
  sendWindow: number

  constructor(id: number, host: StreamHost, sendWindow: number) {
    this.id = id
    this.#host = host
    this.sendWindow = sendWindow
  }

  get remoteEnded(): boolean {
    return this.#remoteEnded
  }

  /** It is over, or its last frame is on its way. */
  get isClosed(): boolean {
    return this.#closed || this.#trailers !== undefined
  }

  get queued(): number {
    return this.#queued
  }

  listen(listener: StreamListener): void {
    this.#listener = listener
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    for (let piece = this.#held.shift(); piece !== undefined; piece = this.#held.shift()) {
      this.#deliver(piece)
      if (this.#paused) return
    }
    if (this.#remoteEnded) this.#listener?.onEnd()
  }

  respond(fields: Fields): void {
    if (!this.isClosed) this.#host.sendHeaders(this.id, fields, false)
  }

  /** False: nothing more should be written until `onDrain`. */
  write(pieces: readonly Uint8Array[]): boolean {
    if (this.isClosed) return true
    for (const piece of pieces) {
      this.#queue.push(piece)
      this.#queued += piece.byteLength
    }
    this.#host.wants(this)
    this.#host.flush()
    this.#needsDrain = this.#queued > 0 || this.#host.isFull
    return !this.#needsDrain
  }

  /** Ends the response, when all that was written has left. */
  end(trailers: Fields): void {
    if (this.isClosed) return
    this.#trailers = trailers
    this.#host.wants(this)
    this.#host.flush()
  }

  /** Up to `most` bytes of what is to be sent, in pieces. */
  take(most: number): Uint8Array[] {
    const taken: Uint8Array[] = []
    let left = most
    while (left > 0 && this.#next < this.#queue.length) {
      const piece = this.#queue[this.#next] as Uint8Array
      if (piece.byteLength > left) {
        taken.push(piece.subarray(0, left))
        this.#queue[this.#next] = piece.subarray(left)
        left = 0
      } else {
        taken.push(piece)
        this.#next += 1
        left -= piece.byteLength
      }
    }
    if (this.#next === this.#queue.length) {
      this.#queue = []
      this.#next = 0
    }
    this.#queued -= most - left
    this.sendWindow -= most - left
    return taken
  }

  /** All of the body has been sent: the trailers, if it is time for them. True = there is nothing more to send. */
  finish(): boolean {
    if (this.#queued > 0) return false
    if (this.#trailers === undefined || this.#closed) return true
    this.#host.sendHeaders(this.id, this.#trailers, true)
    this.#closed = true
    this.#host.ended(this)
    return true
  }

  /** There is room again. */
  drained(): void {
    if (!this.#needsDrain || this.#queued > 0 || this.isClosed) return
    this.#needsDrain = false
    this.#listener?.onDrain()
  }

  /** False: the client sends more than it may. */
  receive(piece: Buffer): boolean {
    this.#receiveWindow -= piece.length
    if (this.#receiveWindow < 0) return false
    // What comes after the answer is not read.
    if (this.isClosed) return true
    if (this.#paused || this.#held.length > 0) this.#held.push(Buffer.from(piece))
    else this.#deliver(piece)
    return true
  }

  /** The client has said all. */
  receiveEnd(): void {
    if (this.#remoteEnded) return
    this.#remoteEnded = true
    if (!this.#paused) this.#listener?.onEnd()
  }

  /** It is gone, whatever was to be said. */
  abort(): void {
    this.#closed = true
    this.#remoteEnded = true
    this.#queue = []
    this.#next = 0
    this.#queued = 0
    this.#held = []
    this.#listener?.onEnd()
  }

  #deliver(piece: Buffer): void {
    this.#consumed += piece.length
    if (this.#consumed >= STREAM_WINDOW / 2 && !this.#remoteEnded) {
      this.#host.allow(this.id, this.#consumed)
      this.#receiveWindow += this.#consumed
      this.#consumed = 0
    }
    if (!this.isClosed) this.#listener?.onData(piece)
  }
}
