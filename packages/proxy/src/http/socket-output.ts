import type { Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'
import { writeDirectly } from './direct-write.ts'
import {
  createWriteRequest,
  handleOf,
  hasBinding,
  type StreamHandle,
  type WriteRequest,
  writeGoesOn,
} from './stream-binding.ts'

/** Who hears of output that was written later. */
export interface OutputOwner {
  /** What went on is written. Outside of a turn; not after the socket has closed. */
  onWritten(): void
}

const NOTHING = Buffer.alloc(0)

/**
 * The output of a socket.
 *
 * The trick: nearly always the kernel takes at once what a turn has written. So it goes straight to the handle, with a
 * request that is used again, instead of through a writable stream, which keeps books, allocates, and calls back for each
 * write. With `socket-input.ts` that is a third of the CPU per message of an echo server, plaintext and TLS. What the kernel does not take goes on by itself; a plaintext socket queues
 * behind it in the stream, as ever. A TLS handle takes all bytes at once, and reports each write only later in the turn of
 * the event loop; meanwhile it can take no other, so what comes is kept here.
 */
export class SocketOutput {
  readonly #socket: Socket
  readonly #encrypted: boolean
  readonly #owner: OutputOwner
  /** For the next write. The other one may still be in the hands of the handle, which reports before it lets go. */
  #request: WriteRequest | null = null
  #otherRequest: WriteRequest | null = null
  /** A write goes on. */
  #busy = false
  /** Its bytes. */
  #pending = 0
  /** Behind it (TLS), one byte a character. */
  #waiting = ''
  /** The socket is to end behind all that. */
  #ending = false
  /** Bytes written past the handle, which counts those that it is given. */
  #past = 0

  constructor(socket: Socket, encrypted: boolean, owner: OutputOwner) {
    this.#socket = socket
    this.#encrypted = encrypted
    this.#owner = owner
  }

  /** Bytes that were not taken yet. */
  get unwritten(): number {
    return this.#pending + this.#waiting.length + this.#socket.writableLength
  }

  get bytesWritten(): number {
    return this.#past + this.#socket.bytesWritten
  }

  /** @param text one byte a character */
  write(text: string): void {
    if (this.#blocked) {
      this.#waiting += text
      return
    }
    const handle = this.#freeHandle()
    if (handle === null) this.#socket.write(text, 'latin1')
    else this.#note(handle.writeLatin1String(this.#nextRequest(), text), text.length, null)
  }

  /** Writes `text` and behind it bytes, of which it copies what is not taken at once. */
  writeBoth(text: string, buffer: Buffer, start: number, end: number): void {
    const handle = this.#blocked ? null : this.#freeHandle()
    if (this.#encrypted && handle !== null) {
      const bytes = buffer.subarray(start, end)
      const chunks = [text, 'latin1', bytes, 'buffer']
      this.#note(handle.writev(this.#nextRequest(), chunks, false), text.length + bytes.length, null)
      return
    }
    if (this.#blocked) {
      this.#waiting += text + buffer.toString('latin1', start, end)
      return
    }
    const taken = this.#encrypted || this.#busy ? 0 : writeDirectly(this.#socket, text, buffer, start, end)
    this.#past += taken
    if (taken === text.length + end - start) return
    const rest = text.slice(taken)
    this.#socket.write(joined(rest, buffer, start + Math.max(0, taken - text.length), end))
  }

  /**
   * Writes without a copy.
   * @returns true if nobody holds `bytes` any more; else they must stay as they are until `onWritten`
   */
  pass(bytes: Uint8Array): boolean {
    if (this.#sendPast(bytes)) return this.#encrypted || !this.#busy
    const socket = this.#socket
    if (this.#encrypted) {
      // TLS takes bytes at once and says so later: that is no reason to wait.
      socket.write(Buffer.from(bytes))
      return true
    }
    socket.write(bytes)
    if (socket.writableLength === 0) return true
    // Below its high-water mark a socket tells nobody when it has written out; an empty write behind it does.
    if (!socket.writableNeedDrain) socket.write(NOTHING, () => this.#owner.onWritten())
    return false
  }

  /** As `pass`; but what has to wait is copied, so that a few bytes do not keep a large buffer. */
  send(bytes: Buffer): boolean {
    if (this.#sendPast(bytes)) return this.#encrypted || !this.#busy
    const socket = this.#socket
    const copied = socket.writableLength > 0 || this.#encrypted
    socket.write(copied ? Buffer.from(bytes) : bytes)
    return copied || socket.writableLength === 0
  }

  /** Ends our side behind what was written. */
  end(): void {
    if (this.#blocked) this.#ending = true
    else this.#socket.end()
  }

  /** TLS has not reported the last write yet. */
  get #blocked(): boolean {
    return this.#encrypted && this.#busy
  }

  /** The handle, if it may be written to past the stream now. */
  #freeHandle(): StreamHandle | null {
    const socket = this.#socket
    if (!hasBinding || this.#busy || socket.writableLength > 0 || socket.connecting || !socket.writable) return null
    return handleOf(socket)
  }

  /** @returns false if the stream has to do it */
  #sendPast(bytes: Uint8Array): boolean {
    if (this.#blocked) {
      this.#waiting += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
      return true
    }
    const handle = this.#freeHandle()
    if (handle === null) return false
    this.#note(handle.writeBuffer(this.#nextRequest(), bytes), bytes.length, bytes)
    return true
  }

  #nextRequest(): WriteRequest {
    return (this.#request ??= this.#newRequest())
  }

  #newRequest(): WriteRequest {
    const request = createWriteRequest()
    request.buffer = null
    request.oncomplete = (status) => this.#onComplete(request, status)
    return request
  }

  /** What became of the write of `#request`. */
  #note(error: number, length: number, bytes: Uint8Array | null): void {
    if (error !== 0) {
      this.#fail(error)
      return
    }
    if (!writeGoesOn()) return
    this.#busy = true
    this.#pending = length
    const request = this.#request as WriteRequest
    request.buffer = bytes
    this.#request = this.#otherRequest
    this.#otherRequest = request
  }

  #onComplete(request: WriteRequest, status: number): void {
    request.buffer = null
    this.#busy = false
    this.#pending = 0
    if (this.#socket.destroyed) return
    if (status < 0) {
      this.#fail(status)
      return
    }
    if (this.#waiting !== '') {
      const text = this.#waiting
      this.#waiting = ''
      this.write(text)
    }
    if (this.#ending) this.end()
    this.#owner.onWritten()
  }

  #fail(error: number): void {
    const code = getSystemErrorName(error)
    this.#socket.destroy(Object.assign(new Error(`write ${code}`), { code }))
  }
}

function joined(text: string, buffer: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafe(text.length + end - start)
  copy.write(text, 0, 'latin1')
  buffer.copy(copy, text.length, start, end)
  return copy
}
