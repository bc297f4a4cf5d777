import type { Entry } from './entry.ts'
import type { Sharing } from './sharing.ts'

/** Fewer are not worth being shared. */
export const LEAST_SHARED = 64

/** Share of a map that may be different for a client that is based on it. */
const MOST_DIFFERING = 1 / 8

const GONE = Symbol('gone')
const NOTHING: ReadonlyMap<string, Entry> = new Map()

/** Entries of one type by name: a map that other clients have too, and what differs from it. */
export class Entries {
  readonly #sharing: Sharing
  readonly #least: number
  #base = NOTHING
  #own = new Map<string, Entry | typeof GONE>()
  /** So many differences are worth another look for a map that has fewer. */
  #most: number

  constructor(sharing: Sharing, least = LEAST_SHARED) {
    this.#sharing = sharing
    this.#least = least
    this.#most = least
  }

  get(name: string): Entry | undefined {
    const own = this.#own.get(name)
    if (own === undefined) return this.#base.get(name)
    return own === GONE ? undefined : own
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  set(name: string, entry: Entry): void {
    if (this.#base.get(name) === entry) this.#own.delete(name)
    else this.#own.set(name, entry)
  }

  delete(name: string): void {
    if (this.#base.has(name)) this.#own.set(name, GONE)
    else this.#own.delete(name)
  }

  /** What is deleted meanwhile may still come; what is new may not. */
  *[Symbol.iterator](): Iterator<readonly [name: string, entry: Entry]> {
    for (const one of this.#base) if (!this.#own.has(one[0])) yield one
    for (const [name, entry] of this.#own) if (entry !== GONE) yield [name, entry]
  }

  /** To be called when the client is as it should be: shares what it can. */
  settle(): void {
    if (this.#own.size < this.#most) return
    if (!this.#sharing.entries.some((base) => this.#moveTo(base))) {
      const base = this.#frozenOnes()
      this.#sharing.addEntries(base)
      this.#moveTo(base, Number.POSITIVE_INFINITY)
    }
    this.#most = Math.max(this.#least, 2 * this.#own.size)
  }

  #frozenOnes(): ReadonlyMap<string, Entry> {
    const frozen = new Map<string, Entry>()
    for (const [name, entry] of this) if (Object.isFrozen(entry)) frozen.set(name, entry)
    return frozen
  }

  /** Bases on another map, unless more would differ from it than `most` of its entries. Returns whether it did. */
  #moveTo(base: ReadonlyMap<string, Entry>, most = Math.max(1, base.size * MOST_DIFFERING)): boolean {
    const own = new Map<string, Entry | typeof GONE>()
    for (const [name, entry] of this) {
      if (base.get(name) !== entry) own.set(name, entry)
      if (own.size > most) return false
    }
    for (const name of base.keys()) {
      if (!this.has(name)) own.set(name, GONE)
      if (own.size > most) return false
    }
    this.#base = base
    this.#own = own
    return true
  }
}
