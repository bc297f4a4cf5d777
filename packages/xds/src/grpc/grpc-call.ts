import type { Clock, Timer } from '@mizzen/base'
import type { Http2Stream } from './http2-stream.ts'
import { MessageInput } from './message-input.ts'
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
  /** @param bytes of use until the call is over */
  onMessage(bytes: Buffer): void
  /** What was written has left; `write` returned false before. */
  onDrain(): void
  /** The client will send nothing more, or is gone. Called once. */
  onEnd(): void
}

/** Bytes before each message: a flag (1 = compressed) and the length. */
const PREFIX_BYTES = 5
const HEADERS = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
] as const

/** One bidirectional call. Messages are bytes, without compression. */
export class GrpcCall {
  readonly #stream: Http2Stream
  readonly #input: MessageInput
  #listener: CallListener | undefined
  #responded = false
  #ended = false
  #deadline: Timer | undefined

  constructor(stream: Http2Stream, maxMessageBytes: number) {
    this.#stream = stream
    this.#input = new MessageInput(maxMessageBytes, (message) => {
      if (!this.#ended) this.#listener?.onMessage(message)
    })
    stream.listen({
      onData: (piece) => this.#read(piece),
      onDrain: () => this.#listener?.onDrain(),
      onEnd: () => this.#over(),
    })
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
    if (this.#stream.isClosed) return true
    this.#respond()
    const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
    const prefix = Buffer.alloc(PREFIX_BYTES)
    prefix.writeUInt32BE(length, 1)
    return this.#stream.write(withShortOnesJoined([prefix, ...pieces]))
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
    if (this.#stream.isClosed) return
    this.#respond()
    const status = ['grpc-status', String(code)] as const
    this.#stream.end(message === '' ? [status] : [status, ['grpc-message', percentEncoded(message)]])
    // The client need not say anything more; what it says is not read.
    this.#over()
  }

  #respond(): void {
    if (this.#responded) return
    this.#responded = true
    this.#stream.respond(HEADERS)
  }

  #read(piece: Buffer): void {
    if (this.#ended) return
    try {
      this.#input.push(piece)
    } catch (error) {
      this.fail(GRPC_CODE.RESOURCE_EXHAUSTED, error instanceof Error ? error.message : String(error))
    }
  }

  #over(): void {
    if (this.#ended) return
    this.#ended = true
    this.#input.close()
    this.#deadline?.cancel()
    this.#listener?.onEnd()
  }
}

/** `grpc-message`: what is not printable ASCII, and `%`, as UTF-8 in percent-encoding. */
function percentEncoded(message: string): string {
  return message.toWellFormed().replace(/[^\x20-\x24\x26-\x7e]+/g, encodeURIComponent)
}
