import type { HpackField } from './field.ts'
import { ENTRY_OVERHEAD } from './static-table.ts'

/** The fields that the last blocks asked to be remembered (RFC 7541 2.3.2): a ring, newest entry first by index. */
export class DynamicTable<F extends HpackField> {
  #ring: (F | undefined)[] = []
  #newest = -1
  #count = 0
  #size = 0
  #limit: number
  /** Changes whenever the meaning of an index does. */
  generation = 0

  /** @param limit bytes, as RFC 7541 4.1 counts them */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#size
  }

  /** 0 is the newest; undefined if there is none. */
  at(index: number): F | undefined {
    if (index >= this.#count) return undefined
    return this.#ring[(this.#newest - index) & (this.#ring.length - 1)]
  }

  resize(limit: number): void {
    this.#limit = limit
    this.#evictTo(limit)
    this.generation += 1
  }

  /** An entry larger than the table empties it (RFC 7541 4.4). */
  insert(field: F): void {
    const size = field.name.length + field.value.length + ENTRY_OVERHEAD
    this.generation += 1
    this.#evictTo(this.#limit - size)
    if (size > this.#limit) return
    if (this.#count === this.#ring.length) this.#grow()
    this.#newest = (this.#newest + 1) & (this.#ring.length - 1)
    this.#ring[this.#newest] = field
    this.#count += 1
    this.#size += size
  }

  #evictTo(size: number): void {
    while (this.#size > size && this.#count > 0) {
      const oldest = (this.#newest - this.#count + 1) & (this.#ring.length - 1)
      const { name, value } = this.#ring[oldest] as F
      this.#ring[oldest] = undefined
      this.#size -= name.length + value.length + ENTRY_OVERHEAD
      this.#count -= 1
    }
  }

  /** The length stays a power of two, for the masks above. */
  #grow(): void {
    const kept = Array.from({ length: this.#count }, (_, index) => this.at(this.#count - 1 - index))
    this.#ring = kept.concat(new Array(Math.max(8, this.#count)).fill(undefined))
    while ((this.#ring.length & (this.#ring.length - 1)) !== 0) this.#ring.push(undefined)
    this.#newest = this.#count - 1
  }
}
