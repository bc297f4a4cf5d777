import type { OverloadAction } from '../config/read-overload-manager.ts'

const ACTIONS: readonly OverloadAction[] = [
  'refuse-requests',
  'close-after-response',
  'hold-connections',
  'reject-connections',
]

export function overloadMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(ACTIONS.length * Float64Array.BYTES_PER_ELEMENT)
}

/**
 * What is done now because the process is overloaded, and how often: 0 = not at all, 1 = always. One thread sets it, all
 * see it; what they see may be a moment old.
 */
export class OverloadState {
  readonly #shares: Float64Array

  /** @param memory of `overloadMemory`, the same in all threads */
  constructor(memory: SharedArrayBuffer) {
    this.#shares = new Float64Array(memory)
  }

  set(action: OverloadAction, share: number): void {
    this.#shares[ACTIONS.indexOf(action)] = share
  }

  get refusesRequests(): number {
    return this.#shares[0] as number
  }

  get closesAfterResponse(): number {
    return this.#shares[1] as number
  }

  /** Connections are accepted only when it is over (from a share of 1 on, as Envoy). */
  get holdsConnections(): boolean {
    return this.#shares[2] === 1
  }

  get rejectsConnections(): number {
    return this.#shares[3] as number
  }
}
