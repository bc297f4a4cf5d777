import type { DataPlane } from './data-plane.ts'
import type { ListenerConfig } from './model.ts'

/**
 * Opens and closes listeners in the order of the calls: opening takes time, and a listener that is removed meanwhile
 * must not come back when its socket is ready.
 */
export class ListenerOpener {
  readonly #dataPlane: DataPlane
  readonly #onOpened: (name: string, error?: unknown) => void
  readonly #opening = new Map<string, number>()
  #queue: Promise<void> = Promise.resolve()

  /** @param onOpened after each opening, with the reason if it failed */
  constructor(dataPlane: DataPlane, onOpened: (name: string, error?: unknown) => void) {
    this.#dataPlane = dataPlane
    this.#onOpened = onOpened
  }

  put(config: ListenerConfig): void {
    const { name } = config
    this.#opening.set(name, (this.#opening.get(name) ?? 0) + 1)
    this.#queue = this.#queue.then(async () => {
      const error = await this.#dataPlane.putListener(config).then(
        () => undefined,
        (reason: unknown) => reason ?? new Error('no reason given'),
      )
      this.#opened(name)
      this.#onOpened(name, error)
    })
  }

  remove(name: string): void {
    this.#queue = this.#queue.then(() => this.#dataPlane.removeListener(name))
  }

  /** Names of those that are not open yet. */
  opening(): readonly string[] {
    return [...this.#opening.keys()]
  }

  /** Resolves when all that was asked for until now is done. */
  settled(): Promise<void> {
    return this.#queue
  }

  #opened(name: string): void {
    const left = (this.#opening.get(name) ?? 1) - 1
    if (left === 0) this.#opening.delete(name)
    else this.#opening.set(name, left)
  }
}
