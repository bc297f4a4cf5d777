import type { Socket } from 'node:net'
import type { Deadline, DeadlineWheel } from '../http/deadline-wheel.ts'

/**
 * Connections that one turn of the event loop begins to serve; the others of a storm wait for the turns after it, and those
 * that are there already are heard in between. A handshake is about a millisecond.
 */
const MAX_SERVED = 16
/** Connections that wait; further ones are refused. As many as a listening socket has wait in the system (Linux: somaxconn). */
const MAX_WAITING = 4096
/** How often connections that are held look whether they may be served, ms. */
const HOLD_MS = 100

export interface Acceptor {
  /** No connection may be served now. */
  readonly holds: boolean
  serve(socket: Socket): void
  refuse(socket: Socket): void
}

/** Connections that a listener has accepted and does not serve yet. Nothing is read from them. */
export class AcceptQueue {
  readonly #acceptor: Acceptor
  readonly #hold: Deadline
  #waiting: Socket[] = []
  /** Served in this turn of the event loop. */
  #served = 0

  constructor(acceptor: Acceptor, wheel: DeadlineWheel) {
    this.#acceptor = acceptor
    this.#hold = wheel.deadline(() => this.#nextTurn())
  }

  get size(): number {
    return this.#waiting.length
  }

  accept(socket: Socket): void {
    if (this.#served === 0) setImmediate(() => this.#nextTurn())
    this.#served += 1
    if (this.#waiting.length >= MAX_WAITING) this.#acceptor.refuse(socket)
    else if (this.#served > MAX_SERVED || this.#acceptor.holds) this.#waiting.push(socket)
    else this.#acceptor.serve(socket)
  }

  /** Closes all that wait. */
  close(): void {
    this.#hold.cancel()
    for (const socket of this.#waiting) socket.destroy()
    this.#waiting = []
  }

  #nextTurn(): void {
    if (this.#waiting.length > 0 && this.#acceptor.holds) {
      this.#hold.arm(HOLD_MS)
      return
    }
    const next = this.#waiting.splice(0, MAX_SERVED)
    this.#served = next.length
    if (next.length > 0) setImmediate(() => this.#nextTurn())
    for (const socket of next) this.#acceptor.serve(socket)
  }
}
