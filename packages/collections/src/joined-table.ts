import type { CollectionOptions } from './collection.ts'
import type { GraphHost, GraphNode, Settled } from './node.ts'
import { Table } from './table.ts'

/** Several collections seen as one: for a key that more than one has, the first of them counts. */
export class JoinedTable<V> extends Table<V> {
  readonly #parts: readonly Table<V>[]
  readonly #stale = new Set<string>()

  constructor(host: GraphHost, name: string, rank: number, parts: readonly Table<V>[], options: CollectionOptions<V>) {
    super(host, name, rank, options)
    this.#parts = parts
    for (const part of parts) {
      part.dependents.add(this)
      for (const key of part.keys()) this.#stale.add(key)
    }
  }

  invalidate(_upstream: GraphNode, { touched }: Settled): void {
    for (const key of touched) this.#stale.add(key)
    this.host.schedule(this)
  }

  protected refresh(): void {
    for (const key of this.#stale) this.write(key, this.#parts.find((part) => part.get(key) !== undefined)?.get(key))
    this.#stale.clear()
  }
}
