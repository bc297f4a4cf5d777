import type { ServerHttp2Stream } from 'node:http2'
import type { Clock, Timer } from '@mizzen/base'
import { FrameReader } from '../client/grpc-frames.ts'
import { withShortOnesJoined } from './pieces.ts'

/** The codes that this server gives. https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
export const GRPC_CODE = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const

/** What happens on a call. Nothing is called after `onEnd`. */
export interface CallListener {
  onMessage(bytes: Buffer): void
  /** What was written has left; `write` returned false before. */
  onDrain(): void
  /** The client will send nothing more, or is gone. Called once. */
  onEnd(): void
}

/** Bytes before each message: a flag (1 = compressed) and the length. */
const PREFIX_BYTES = 5
const HEADERS = { ':status': 200, 'content-type': 'application/grpc' } as const

/** One bidirectional call. Messages are bytes, without compression. */
export class GrpcCall {
  readonly #stream: ServerHttp2Stream
  #listener: CallListener | undefined
  #responded = false
  #trailers: Readonly<Record<string, string>> = {}
  #ended = false
  #deadline: Timer | undefined

  constructor(stream: ServerHttp2Stream, maxMessageBytes: number) {
    this.#stream = stream
    const reader = new FrameReader(maxMessageBytes)
    stream.on('data', (chunk: Buffer) => this.#read(reader, chunk))
    stream.on('drain', () => this.#listener?.onDrain())
    stream.on('end', () => this.#over())
    stream.on('close', () => this.#over())
    // 'close' follows, and says enough.
    stream.on('error', () => {})
    stream.on('wantTrailers', () => stream.sendTrailers(this.#trailers))
  }

  /** To be called before anything is read. */
  listen(listener: CallListener): void {
    this.#listener = listener
  }

  /** Reads nothing until `resume`: the client can send as much as HTTP/2's window takes, and no more. */
  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  /**
   * Sends one message that consists of these pieces. They may go to other calls as well, and are not copied if they are
   * long. False: nothing more should be written until `onDrain`.
   */
  write(pieces: readonly Uint8Array[]): boolean {
    const stream = this.#stream
    if (stream.destroyed || stream.writableEnded) return true
    this.#respond()
    const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
    const prefix = Buffer.alloc(PREFIX_BYTES)
    prefix.writeUInt32BE(length, 1)
    // Corked, all pieces are one batch for the HTTP/2 layer, whose frames need not end where a piece ends.
    stream.cork()
    let free = true
    for (const chunk of withShortOnesJoined([prefix, ...pieces])) free = stream.write(chunk)
    stream.uncork()
    return free
  }

  /** The client waits no longer than this. */
  limit(clock: Clock, ms: number): void {
    if (this.#ended) return
    this.#deadline = clock.after(ms, () => this.fail(GRPC_CODE.DEADLINE_EXCEEDED, 'the deadline of the call is over'))
  }

  /** Ends the call well. */
  end(): void {
    this.fail(0, '')
  }

  /** Ends the call with a status. */
  fail(code: number, message: string): void {
    const stream = this.#stream
    if (stream.destroyed || stream.writableEnded) return
    this.#trailers = {
      'grpc-status': String(code),
      ...(message !== '' && { 'grpc-message': percentEncoded(message) }),
    }
    this.#respond()
    stream.end()
    // The client need not say anything more; what it says is not read.
    stream.resume()
    this.#over()
  }

  #respond(): void {
    if (this.#responded) return
    this.#responded = true
    this.#stream.respond(HEADERS, { waitForTrailers: true })
  }

  #read(reader: FrameReader, chunk: Buffer): void {
    if (this.#ended) return
    try {
      for (const message of reader.push(chunk)) if (!this.#ended) this.#listener?.onMessage(message)
    } catch (error) {
      this.fail(GRPC_CODE.RESOURCE_EXHAUSTED, error instanceof Error ? error.message : String(error))
    }
  }

  #over(): void {
    if (this.#ended) return
    this.#ended = true
    this.#deadline?.cancel()
    this.#listener?.onEnd()
  }
}

/** `grpc-message`: what is not printable ASCII, and `%`, as UTF-8 in percent-encoding. */
function percentEncoded(message: string): string {
  return message.toWellFormed().replace(/[^\x20-\x24\x26-\x7e]+/g, encodeURIComponent)
}
