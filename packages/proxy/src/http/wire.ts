import type { Socket } from 'node:net'
import type { TlsSession } from '../tls/tls-session.ts'
import type { EventTurn, Flushable } from './event-turn.ts'
import type { PacedReader } from './read-pacing.ts'
import { type OutputOwner, SocketOutput } from './socket-output.ts'
import { handleOf } from './stream-binding.ts'

/** Who reads from a wire. All calls come inside an event turn. */
export interface WireHandler {
  /** `buffer` belongs to the reader and is overwritten after the call: copy what must last. */
  onBytes(buffer: Buffer, length: number): void
  /** The peer will send no more. */
  onEnd(): void
  /** Output that had piled up is written. */
  onWritable(): void
  /** The last call. `error` is Node's code (`ECONNRESET`); '' = closed in order. */
  onClose(error: string): void
  /** The connection that was asked for is there (clients only). */
  onConnect(): void
}

/** Byte runs up to this size become part of the text; larger ones are written at once, with the text before them. */
const MERGE_BYTES = 2 * 1024
/** Characters that wait for the turn to flush them; with more, a source would not learn in time that its peer reads too slowly. */
const MAX_GATHERED = 64 * 1024
/** Unwritten output from which on a wire counts as congested; its source should pause until `onWritable`. */
const CONGESTED_BYTES = 256 * 1024

/**
 * A socket as the codecs see it: writes are strings of one byte a character (latin1) and byte runs, gathered until the turn
 * flushes them.
 */
export class Wire implements Flushable, PacedReader, OutputOwner {
  handler: WireHandler
  readonly turn: EventTurn
  /** Each read comes in a buffer of its own, which the handler may keep. */
  ownsReads = false
  /** Bytes were read that no handler was given: closing is a reset then, as the system does it with bytes unread. */
  unread = false
  /** The TLS session under it; null = plaintext. */
  tls: TlsSession | null = null
  #socket: Socket | null = null
  #output: SocketOutput | null = null
  #encrypted = false
  #text = ''
  /** Characters that have been in the text and are not any more. */
  #left = 0
  /** Serial of the turn that has written last, and how much of the text is of turns before it. */
  #writtenIn = 0
  #earlier = 0
  #scheduled = false
  #finishing = false
  #paused = false
  /** Reads no more in this turn of the event loop, so that others come first. */
  #waitsForTurn = false
  #congested = false
  #closed = false
  #error = ''
  /** Where reads go instead of the buffer that the socket was made with; null = there. */
  #readBuffer: Buffer | null = null

  constructor(turn: EventTurn, handler: WireHandler) {
    this.turn = turn
    this.handler = handler
  }

  /** Binds the socket, whose reads go to `receive`. Once. A TLS socket is connected when whoever made it says so. */
  attach(socket: Socket): void {
    this.#socket = socket
    this.#encrypted = 'encrypted' in socket
    this.#output = new SocketOutput(socket, this.#encrypted, this)
    socket.on('end', () => this.#handle(() => this.handler.onEnd()))
    socket.on('drain', () => this.#handle(() => this.#drained()))
    if (!this.#encrypted) socket.on('connect', () => this.#handle(() => this.handler.onConnect()))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#error === '') this.#error = error.code ?? error.message
    })
    socket.on('close', () => this.#handle(() => this.#onClose()))
  }

  /** For a socket that another one will take the place of: until `attach`, its end is the wire's. */
  precede(socket: Socket): void {
    this.#socket = socket
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#socket === socket && this.#error === '') this.#error = error.code ?? error.message
    })
    socket.on('close', () => {
      if (this.#socket === socket) this.#handle(() => this.#onClose())
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Nobody wants to read now. */
  get paused(): boolean {
    return this.#paused
  }

  /** True while more output waits than the peer takes. */
  get congested(): boolean {
    return this.#congested
  }

  /** Bytes that the kernel has not taken yet. */
  get unwritten(): number {
    return this.#text.length + (this.#output?.unwritten ?? 0)
  }

  get bytesRead(): number {
    return this.#socket?.bytesRead ?? 0
  }

  get bytesWritten(): number {
    return this.#output?.bytesWritten ?? 0
  }

  get localAddress(): string {
    return formatAddress(this.#socket?.localAddress, this.#socket?.localPort)
  }

  /** Bytes have come in; called by whoever made the socket. False stops reading. */
  receive(length: number, buffer: Buffer): boolean {
    // As `#handle`, without its closure: this is the hot path.
    const turn = this.turn
    turn.begin()
    try {
      this.handler.onBytes(this.#readBuffer ?? buffer, length)
    } catch (error) {
      turn.report(error)
      this.destroy()
    } finally {
      turn.end()
    }
    if (this.#paused || this.#waitsForTurn) return false
    this.#waitsForTurn = !turn.pacing.admit(this, length)
    return !this.#waitsForTurn
  }

  onReadTurn(): void {
    this.#waitsForTurn = false
    if (!this.#paused && !this.#closed) this.#socket?.resume()
  }

  /** One byte a character. */
  write(text: string): void {
    if (!this.#closed) this.#gather(text)
  }

  /** Where its output is now, for `recall`. */
  get mark(): number {
    return this.#left + this.#text.length
  }

  /** Takes back what was written since `mark`. @returns false if some of that has left: then nothing is taken back */
  recall(mark: number): boolean {
    const kept = mark - this.#left
    if (kept < 0 || this.#closed) return false
    this.#text = this.#text.slice(0, kept)
    this.#earlier = Math.min(this.#earlier, kept)
    return true
  }

  /** Holds on to none of it. */
  writeBytes(buffer: Buffer, start: number, end: number): void {
    if (this.#closed || start === end) return
    if (end - start <= MERGE_BYTES) {
      this.#gather(buffer.toString('latin1', start, end))
      return
    }
    const text = this.#text
    this.#clearText()
    this.#output?.writeBoth(text, buffer, start, end)
    this.#noteCongestion()
  }

  /**
   * Writes without a copy, after what was written before.
   * @returns true if the kernel has taken all of it; else `bytes` must not change until `onWritable`, and nothing more
   * may be passed
   */
  pass(bytes: Uint8Array): boolean {
    const output = this.#output
    if (this.#closed || output === null) return true
    this.#writeText()
    if (output.pass(bytes)) this.#noteCongestion()
    else this.#congested = true
    return !this.#congested
  }

  /**
   * Further reads go into `buffer`; with null into the one that the socket was made with.
   * @param shared the one that it was made with
   * @returns false if reads of this socket come in buffers of their own (TLS): those may be kept
   */
  readInto(buffer: Buffer | null, shared: Buffer): boolean {
    const handle = this.#socket === null ? null : handleOf(this.#socket)
    if (this.#closed || this.ownsReads || typeof handle?.useUserBuffer !== 'function') return false
    handle.useUserBuffer(buffer ?? shared)
    this.#readBuffer = buffer
    return true
  }

  /**
   * Writes at once, behind what was written before.
   * @returns true if nobody holds `bytes` any more; else they must stay as they are
   */
  send(bytes: Buffer): boolean {
    const output = this.#output
    if (this.#closed || output === null) return true
    this.#writeText()
    const free = output.send(bytes)
    this.#noteCongestion()
    return free
  }

  /** Stops reading; what was read already may still arrive once. */
  pause(): void {
    if (this.#paused || this.#closed) return
    this.#paused = true
    this.#socket?.pause()
  }

  resume(): void {
    if (!this.#paused || this.#closed) return
    this.#paused = false
    this.#socket?.resume()
  }

  /** Ends our side after what was written; the peer may go on. */
  finish(): void {
    if (this.#finishing || this.#closed) return
    this.#finishing = true
    if (!this.#scheduled) this.#schedule()
  }

  /** Closes at once. What this turn has written is lost, and what the peer does not take at once. */
  destroy(): void {
    this.#writeEarlier()
    if (this.unread) this.reset()
    else this.#socket?.destroy()
  }

  /** As `destroy`; its handler is told `reason` as the error. */
  fail(reason: string): void {
    this.#error = reason
    this.destroy()
  }

  /**
   * Closes at once and tells the peer by a reset, so that a cut message cannot pass for a complete one. With TLS it cannot
   * anyway: the peer misses the closing alert.
   */
  reset(): void {
    this.#writeEarlier()
    if (this.#encrypted) this.#socket?.destroy()
    else this.#socket?.resetAndDestroy()
  }

  /** @internal for SocketOutput */
  onWritten(): void {
    if (this.#congested) this.#handle(() => this.#drained())
  }

  /** @internal for EventTurn */
  flush(): void {
    this.#scheduled = false
    if (this.#closed) return
    this.#writeText()
    this.#noteCongestion()
    if (this.#finishing) this.#output?.end()
  }

  #handle(event: () => void): void {
    if (!this.turn.guard(event)) this.destroy()
  }

  #schedule(): void {
    this.#scheduled = true
    this.turn.flushLater(this)
  }

  #gather(text: string): void {
    this.#noteTurn()
    this.#text += text
    if (this.#text.length > MAX_GATHERED) {
      this.#writeText()
      this.#noteCongestion()
    } else if (!this.#scheduled) this.#schedule()
  }

  #noteTurn(): void {
    const { serial } = this.turn
    if (this.#writtenIn === serial) return
    this.#writtenIn = serial
    this.#earlier = this.#text.length
  }

  #clearText(): void {
    this.#left += this.#text.length
    this.#text = ''
    this.#earlier = 0
  }

  #writeText(): void {
    if (this.#text === '') return
    const text = this.#text
    this.#clearText()
    this.#output?.write(text)
  }

  /** Writes what turns before this one have written, and forgets the rest. */
  #writeEarlier(): void {
    const earlier = this.#writtenIn === this.turn.serial ? this.#text.slice(0, this.#earlier) : this.#text
    this.#clearText()
    if (earlier !== '' && !this.#closed) this.#output?.write(earlier)
  }

  #noteCongestion(): void {
    if (this.#output !== null && this.#output.unwritten > CONGESTED_BYTES) this.#congested = true
  }

  #drained(): void {
    if (!this.#congested) return
    this.#congested = false
    this.handler.onWritable()
  }

  #onClose(): void {
    if (this.#closed) return
    this.#closed = true
    this.#clearText()
    this.handler.onClose(this.#error)
  }
}

/** `host:port`, IPv6 hosts in brackets; IPv4 addresses that a dual-stack socket shows as IPv6 are shown as IPv4. */
export function formatAddress(host: string | undefined, port: number | undefined): string {
  if (host === undefined) return ''
  if (host.startsWith('/') || host.startsWith('@')) return host
  const plain = host.startsWith('::ffff:') ? host.slice(7) : host
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`
}
