import type { CollectionOptions, Reader } from './collection.ts'
import type { GraphHost } from './node.ts'
import { TransformingTable } from './transforming-table.ts'

/** The key of the only entry of a singleton. */
export const SINGLETON = 'it'

/** One value that is made of what it reads, or none. */
export class SingletonTable<V> extends TransformingTable<V> {
  readonly #make: (reader: Reader) => V | undefined

  constructor(
    host: GraphHost,
    name: string,
    rank: number,
    make: (reader: Reader) => V | undefined,
    options: CollectionOptions<V>,
  ) {
    super(host, name, rank, options)
    this.#make = make
    this.mark(SINGLETON)
  }

  protected markInputs(): void {}

  protected run(key: string): void {
    this.write(key, this.#make(this.readerFor(key)))
  }
}
