import type { Deadline } from '../http/deadline-wheel.ts'
import type { ResetReason } from '../http/upstream.ts'
import type { Wire, WireHandler } from '../http/wire.ts'

/** Who asked for a connection. Exactly one of the two is called, unless the attempt is given up. */
export interface AttemptOwner {
  /** The wire is connected; whoever takes it sets its handler. */
  onConnected(attempt: ConnectAttempt, wire: Wire): void
  onConnectFailed(attempt: ConnectAttempt, reason: ResetReason, failure: string): void
}

/** A connection that is being made. */
export class ConnectAttempt implements WireHandler {
  readonly #owner: AttemptOwner
  readonly #wire: Wire
  readonly #deadline: Deadline
  /** Monotonic ms. */
  readonly startedAt: number
  #timedOut = false
  #refusal = ''
  #over = false

  /** @param timeoutMs 0 = no limit */
  constructor(
    owner: AttemptOwner,
    makeWire: (handler: WireHandler) => Wire,
    makeDeadline: (action: () => void) => Deadline,
    timeoutMs: number,
  ) {
    this.#owner = owner
    this.#wire = makeWire(this)
    this.startedAt = this.#wire.turn.now
    this.#deadline = makeDeadline(() => this.#onTimeout())
    this.#deadline.arm(timeoutMs)
  }

  get wire(): Wire {
    return this.#wire
  }

  /** Ms since it began. */
  get age(): number {
    return this.#wire.turn.now - this.startedAt
  }

  /** It fails, for a reason that has nothing to do with the endpoint; its owner hears of that soon. */
  refuse(reason: string): void {
    this.#refusal = reason
    this.#deadline.arm(1)
  }

  /** Its owner hears no more. */
  giveUp(): void {
    this.#over = true
    this.#deadline.cancel()
    this.#wire.destroy()
  }

  onConnect(): void {
    if (this.#over) return
    this.#over = true
    this.#deadline.cancel()
    this.#owner.onConnected(this, this.#wire)
  }

  onClose(error: string): void {
    if (this.#over) return
    this.#over = true
    this.#deadline.cancel()
    if (this.#timedOut) this.#owner.onConnectFailed(this, 'connection timeout', '')
    else {
      // What TLS says is Envoy's text already.
      const failure = error.startsWith('TLS') ? error : `delayed connect error: ${connectError(error)}`
      this.#owner.onConnectFailed(this, 'remote connection failure', failure)
    }
  }

  onBytes(): void {}

  onEnd(): void {}

  onWritable(): void {}

  #onTimeout(): void {
    if (this.#refusal !== '') {
      this.onClose(this.#refusal)
      return
    }
    this.#timedOut = true
    this.#wire.destroy()
  }
}

/** The system's words, as Envoy prints them. */
function connectError(code: string): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'Connection refused',
    EHOSTUNREACH: 'No route to host',
    ENETUNREACH: 'Network is unreachable',
    ECONNRESET: 'Connection reset by peer',
    ETIMEDOUT: 'Connection timed out',
    ENOTFOUND: 'Name not known',
  }
  return words[code] ?? code
}
