import type { TypeUrl } from '../source.ts'

/** A name that stands for the first request of a type. */
export const ANY_NAME = '*'

/** Something that the client is expected to ask for. */
export interface Awaited {
  readonly typeUrl: TypeUrl
  readonly name: string
  /** The last revision at which it was not missing. */
  readonly since: number
  /** It was missing at the last tick already. */
  overdue: boolean
}

/** What a client is expected to ask for, by type and name: thousands at a time, so that keys are the names as they are. */
export class AwaitedSet {
  readonly #types = new Map<TypeUrl, Map<string, Awaited>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get(typeUrl: TypeUrl, name: string): Awaited | undefined {
    return this.#types.get(typeUrl)?.get(name)
  }

  set(awaited: Awaited): void {
    const { typeUrl, name } = awaited
    let names = this.#types.get(typeUrl)
    if (names === undefined) this.#types.set(typeUrl, (names = new Map()))
    if (!names.has(name)) this.#size += 1
    names.set(name, awaited)
  }

  delete(typeUrl: TypeUrl, name: string): void {
    const names = this.#types.get(typeUrl)
    if (names === undefined || !names.delete(name)) return
    this.#size -= 1
    if (names.size === 0) this.#types.delete(typeUrl)
  }

  /** Types of which something is awaited. */
  types(): Iterable<TypeUrl> {
    return this.#types.keys()
  }

  *[Symbol.iterator](): Iterator<Awaited> {
    for (const names of [...this.#types.values()]) yield* [...names.values()]
  }
}
