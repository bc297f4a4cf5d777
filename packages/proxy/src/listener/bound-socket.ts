import { closeSync } from 'node:fs'

/** A descriptor of a listening socket that somebody else has bound. It is closed unless a server takes it. */
export class BoundSocket {
  #descriptor: number | undefined

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  /** It is the caller's to close from now on. */
  take(): number | undefined {
    const descriptor = this.#descriptor
    this.#descriptor = undefined
    return descriptor
  }

  close(): void {
    const descriptor = this.take()
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
