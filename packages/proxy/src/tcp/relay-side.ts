import type { Wire, WireHandler } from '../http/wire.ts'
import type { RelayBuffers } from './relay-buffers.ts'

/** Who owns the two sides of a relay. All calls come inside an event turn. */
export interface RelayOwner {
  /** Bytes came in at `side` and go out at the other. */
  onRelayed(side: RelaySide, length: number): void
  /** `side` is read no more until the other one has written out, or is read again. */
  onFlow(side: RelaySide, paused: boolean): void
  /** The peer of `side` will send no more. */
  onEnd(side: RelaySide): void
  /** The last call for `side`. `error` is Node's code; '' = closed in order. */
  onClose(side: RelaySide, error: string): void
}

/** A read of at least this size is one of many: the direction gets a buffer of its own. */
const BULK_READ_BYTES = 32 * 1024
/** Reads below that size in a row after which it gives the buffer back. */
const SMALL_READS = 16

/**
 * One of the two connections of a relay: what is read here is written there.
 *
 * The trick: all sockets of a runtime read into one shared buffer, which is right for small messages (nothing is held
 * while nothing comes), but whose bytes must be copied before they are written: if the kernel takes only some of them, the
 * rest must stay as it is until it takes them. A direction that carries much borrows a buffer of its own and writes right
 * out of it: as long as the kernel takes everything at once, the next read may use the same buffer; if it does not, the
 * direction stops reading until it has. So there is never more than one buffer of bytes under way in a direction.
 */
export class RelaySide implements WireHandler {
  readonly wire: Wire
  readonly #owner: RelayOwner
  readonly #buffers: RelayBuffers
  #other: RelaySide | null = null
  /** Came before there was another side; the listener has looked at them. Bounded: reading is paused. */
  #early: Buffer[] = []
  #bulk: Buffer | null = null
  #smallReads = 0
  /** A read came since `releaseIfQuiet` looked last. */
  #busy = false
  #waiting = false
  ended = false

  /** Takes over the wire, whose reads the caller has paused. */
  constructor(wire: Wire, owner: RelayOwner, buffers: RelayBuffers) {
    this.wire = wire
    this.#owner = owner
    this.#buffers = buffers
    wire.handler = this
  }

  /** From here on bytes pass; what came already goes first. */
  relayTo(other: RelaySide): void {
    this.#other = other
    const early = this.#early
    this.#early = []
    this.wire.unread = false
    for (const bytes of early) {
      this.#owner.onRelayed(this, bytes.length)
      this.#pass(other, bytes)
    }
    if (this.ended) other.wire.finish()
    if (!this.#waiting) this.wire.resume()
  }

  /** Gives a borrowed buffer back if nothing has come since the last call. */
  releaseIfQuiet(): void {
    if (!this.#busy && !this.#waiting) this.#returnBuffer()
    this.#busy = false
  }

  get borrows(): boolean {
    return this.#bulk !== null
  }

  onConnect(): void {}

  onBytes(buffer: Buffer, length: number): void {
    this.#busy = true
    const other = this.#other
    if (other === null) {
      this.#early.push(Buffer.from(buffer.subarray(0, length)))
      this.wire.unread = true
      return
    }
    this.#owner.onRelayed(this, length)
    const bytes = buffer.subarray(0, length)
    if (this.#bulk !== null || this.wire.ownsReads) {
      this.#pass(other, bytes)
      if (this.#bulk !== null) this.#noteSize(length)
    } else {
      this.#pass(other, Buffer.from(bytes))
      if (length >= BULK_READ_BYTES) this.#borrowBuffer()
    }
  }

  onEnd(): void {
    this.ended = true
    this.#other?.wire.finish()
    this.#owner.onEnd(this)
  }

  /** All is written: the other side may be read again. */
  onWritable(): void {
    if (this.#other !== null) this.#other.#goOn()
  }

  onClose(error: string): void {
    this.#returnBuffer()
    this.#owner.onClose(this, error)
  }

  #goOn(): void {
    if (!this.#waiting) return
    this.#waiting = false
    this.#owner.onFlow(this, false)
    this.wire.resume()
  }

  #pass(other: RelaySide, bytes: Uint8Array): void {
    if (other.wire.pass(bytes) || this.#waiting) return
    this.#waiting = true
    this.wire.pause()
    this.#owner.onFlow(this, true)
  }

  #noteSize(length: number): void {
    this.#smallReads = length >= BULK_READ_BYTES ? 0 : this.#smallReads + 1
    if (this.#smallReads >= SMALL_READS && !this.#waiting) this.#returnBuffer()
  }

  #borrowBuffer(): void {
    const buffer = this.#buffers.lend()
    if (buffer === null) return
    if (this.wire.readInto(buffer, this.#buffers.shared)) {
      this.#bulk = buffer
      this.#smallReads = 0
    } else this.#buffers.takeBack(buffer, true)
  }

  #returnBuffer(): void {
    const buffer = this.#bulk
    if (buffer === null) return
    this.wire.readInto(null, this.#buffers.shared)
    this.#bulk = null
    // What the kernel has not taken yet is still to be read out of it.
    this.#buffers.takeBack(buffer, !this.#waiting)
  }
}
