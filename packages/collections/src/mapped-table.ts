import type { CollectionOptions, Transform } from './collection.ts'
import type { GraphHost, GraphNode } from './node.ts'
import type { Table } from './table.ts'
import { TransformingTable } from './transforming-table.ts'

/** At most one output of a transformation for each entry of another collection, under the same key. */
export class MappedTable<I, O> extends TransformingTable<O> {
  readonly #source: Table<I>
  readonly #transform: Transform<I, O>

  constructor(
    host: GraphHost,
    name: string,
    rank: number,
    source: Table<I>,
    transform: Transform<I, O>,
    options: CollectionOptions<O>,
  ) {
    super(host, name, rank, options)
    this.#source = source
    this.#transform = transform
    source.dependents.add(this)
    for (const key of source.keys()) this.mark(key)
  }

  protected markInputs(upstream: GraphNode, touched: Iterable<string>): void {
    if (upstream === this.#source) for (const key of touched) this.mark(key)
  }

  protected run(input: string): void {
    const value = this.#source.get(input)
    const output =
      value === undefined ? undefined : this.#transform(value, this.readerFor(input), input, this.get(input))
    this.write(input, output)
  }
}
