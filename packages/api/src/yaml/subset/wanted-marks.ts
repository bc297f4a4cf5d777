import type { Steps } from '../places.ts'
import type { MarkSink } from './marks.ts'

/** Thrown by `WantedMarks` when nothing is left to find: the rest of the text need not be read. */
export const ALL_FOUND = Symbol('all found')

interface Wanted {
  readonly below: Map<string, Wanted>
  offset?: number
}

/** Offsets of some paths alone. Costs nothing for what is not on the way to one of them. */
export class WantedMarks implements MarkSink {
  readonly #root: Wanted = { below: new Map() }
  readonly #collections = new Map<object, Wanted>()
  /** What the next collection is, if the value that comes is one. */
  #next: Wanted | undefined = this.#root
  #missing = 0

  /** @param paths that the text has, all of them */
  constructor(paths: readonly Steps[]) {
    for (const path of paths) {
      let at = this.#root
      for (const step of path) {
        const known = at.below.get(String(step))
        const next = known ?? { below: new Map() }
        if (known === undefined) {
          at.below.set(String(step), next)
          this.#missing += 1
        }
        at = next
      }
    }
  }

  startMap(map: object): void {
    this.#start(map)
  }

  startList(list: object): void {
    this.#start(list)
  }

  key(map: object, name: string, offset: number): void {
    this.#found(this.#collections.get(map)?.below.get(name), offset)
  }

  item(list: readonly unknown[], offset: number): void {
    this.#found(this.#collections.get(list)?.below.get(String(list.length)), offset)
  }

  /** Of the last step of a path; undefined for the root, and for what the text had no place for. */
  offsetOf(path: Steps): number | undefined {
    let at: Wanted | undefined = this.#root
    for (const step of path) at = at?.below.get(String(step))
    return at?.offset
  }

  #start(collection: object): void {
    if (this.#next !== undefined) this.#collections.set(collection, this.#next)
    this.#next = undefined
  }

  #found(wanted: Wanted | undefined, offset: number): void {
    this.#next = wanted
    if (wanted === undefined) return
    wanted.offset = offset
    this.#missing -= 1
    if (this.#missing === 0) throw ALL_FOUND
  }
}
