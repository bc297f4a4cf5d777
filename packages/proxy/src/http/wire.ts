import type { Socket } from 'node:net'
import type { EventTurn, Flushable } from './event-turn.ts'

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

/** Byte runs up to this size are joined with the text before them to one write; larger ones are written by themselves. */
const MERGE_BYTES = 16 * 1024
/** Unwritten output from which on a wire counts as congested; its source should pause until `onWritable`. */
const CONGESTED_BYTES = 256 * 1024

/**
 * A socket as the codecs see it: writes are strings of one byte a character (latin1) and byte runs, gathered during a
 * turn and written together at its end.
 */
export class Wire implements Flushable {
  handler: WireHandler
  readonly turn: EventTurn
  #socket: Socket | null = null
  #text = ''
  #scheduled = false
  #finishing = false
  #paused = false
  #congested = false
  #closed = false
  #error = ''

  constructor(turn: EventTurn, handler: WireHandler) {
    this.turn = turn
    this.handler = handler
  }

  /** Binds the socket, whose reads go to `receive`. Once. */
  attach(socket: Socket): void {
    this.#socket = socket
    socket.on('end', () => this.#handle(() => this.handler.onEnd()))
    socket.on('drain', () => this.#handle(() => this.#drained()))
    socket.on('connect', () => this.#handle(() => this.handler.onConnect()))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#error = error.code ?? error.message
    })
    socket.on('close', () => this.#handle(() => this.#onClose()))
  }

  get closed(): boolean {
    return this.#closed
  }

  /** True while more output waits than the peer takes. */
  get congested(): boolean {
    return this.#congested
  }

  /** Bytes that the kernel has not taken yet. */
  get unwritten(): number {
    return this.#text.length + (this.#socket?.writableLength ?? 0)
  }

  get bytesRead(): number {
    return this.#socket?.bytesRead ?? 0
  }

  get bytesWritten(): number {
    return this.#socket?.bytesWritten ?? 0
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
      this.handler.onBytes(buffer, length)
    } catch (error) {
      turn.report(error)
      this.destroy()
    } finally {
      turn.end()
    }
    return !this.#paused
  }

  /** One byte a character. */
  write(text: string): void {
    if (this.#closed) return
    this.#text += text
    if (!this.#scheduled) this.#schedule()
  }

  /** Copies what it takes. */
  writeBytes(buffer: Buffer, start: number, end: number): void {
    if (this.#closed || start === end) return
    if (end - start <= MERGE_BYTES) {
      this.#text += buffer.toString('latin1', start, end)
      if (!this.#scheduled) this.#schedule()
      return
    }
    const socket = this.#socket as Socket
    const copy = Buffer.allocUnsafe(end - start)
    buffer.copy(copy, 0, start, end)
    socket.cork()
    this.#writeText()
    socket.write(copy)
    socket.uncork()
    this.#noteCongestion()
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

  /** Closes at once; unwritten output is lost. */
  destroy(): void {
    this.#text = ''
    this.#socket?.destroy()
  }

  /** Closes at once and tells the peer by a reset, so that a cut message cannot pass for a complete one. */
  reset(): void {
    this.#text = ''
    this.#socket?.resetAndDestroy()
  }

  /** @internal for EventTurn */
  flush(): void {
    this.#scheduled = false
    if (this.#closed) return
    this.#writeText()
    this.#noteCongestion()
    if (this.#finishing) this.#socket?.end()
  }

  #handle(event: () => void): void {
    if (!this.turn.guard(event)) this.destroy()
  }

  #schedule(): void {
    this.#scheduled = true
    this.turn.flushLater(this)
  }

  #writeText(): void {
    if (this.#text === '') return
    const text = this.#text
    this.#text = ''
    this.#socket?.write(text, 'latin1')
  }

  #noteCongestion(): void {
    const socket = this.#socket
    if (socket !== null && socket.writableLength > CONGESTED_BYTES) this.#congested = true
  }

  #drained(): void {
    if (!this.#congested) return
    this.#congested = false
    this.handler.onWritable()
  }

  #onClose(): void {
    if (this.#closed) return
    this.#closed = true
    this.#text = ''
    this.handler.onClose(this.#error)
  }
}

/** `host:port`, IPv6 hosts in brackets; IPv4 addresses that a dual-stack socket shows as IPv6 are shown as IPv4. */
export function formatAddress(host: string | undefined, port: number | undefined): string {
  if (host === undefined) return ''
  const plain = host.startsWith('::ffff:') ? host.slice(7) : host
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`
}
