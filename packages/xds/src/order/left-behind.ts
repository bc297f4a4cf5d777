/** Ticks within which a client stops asking for what nothing names any more; after them it is not waited for. */
const PATIENCE_TICKS = 2

/**
 * Names of one type that the view has no more and that cannot be removed: state of the world has no words for the removal of
 * what was asked for by name. Each stays at the client, with all that it names, until the client stops asking for it.
 */
export class LeftBehind {
  /** Each with the ticks during which nothing has named it. */
  readonly #ticks = new Map<string, number>()

  names(): Iterable<string> {
    return this.#ticks.keys()
  }

  put(name: string): void {
    if (!this.#ticks.has(name)) this.#ticks.set(name, 0)
  }

  delete(name: string): void {
    this.#ticks.delete(name)
  }

  /** The client may still stop asking for this by itself. */
  awaited(name: string): boolean {
    const ticks = this.#ticks.get(name)
    return ticks !== undefined && ticks < PATIENCE_TICKS
  }

  tick(isNamed: (name: string) => boolean): void {
    for (const [name, ticks] of this.#ticks) this.#ticks.set(name, isNamed(name) ? 0 : ticks + 1)
  }
}
