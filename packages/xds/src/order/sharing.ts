import type { Entry } from './entry.ts'

/** How many states are remembered: the proxies of a mesh are of a few kinds. */
const MAX_STATES = 16

/**
 * What clients have in common. Most clients of a mesh ask for the same names and have the same versions, and a map of a
 * thousand entries takes 60 KB: so large sets and maps that are equal become one, which nobody changes any more.
 */
export class Sharing {
  readonly #names: ReadonlySet<string>[] = []
  readonly #entries: ReadonlyMap<string, Entry>[] = []

  /** The same names, as a set that is not to be changed. */
  names(names: ReadonlySet<string>): ReadonlySet<string> {
    const known = this.#names.find((one) => one.size === names.size && isWithin(names, one))
    if (known === undefined) remember(this.#names, names)
    return known ?? names
  }

  /** States of clients that are as they should be, the newest last. */
  get entries(): readonly ReadonlyMap<string, Entry>[] {
    return this.#entries
  }

  /** @param entries frozen ones, in a map that nobody will change */
  addEntries(entries: ReadonlyMap<string, Entry>): void {
    remember(this.#entries, entries)
  }
}

function isWithin(names: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const name of names) if (!others.has(name)) return false
  return true
}

function remember<T>(list: T[], one: T): void {
  list.push(one)
  if (list.length > MAX_STATES) list.shift()
}
