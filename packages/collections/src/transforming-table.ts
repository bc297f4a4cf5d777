import { MizzenError } from '@mizzen/base'
import type { Collection, CollectionOptions, Index, Reader } from './collection.ts'
import { IndexNode } from './index-node.ts'
import type { GraphHost, GraphNode, Settled } from './node.ts'
import { EVERYTHING, Reads, type Where } from './reads.ts'
import { Table } from './table.ts'

/**
 * What all collections share that run a transformation for each of their inputs: which inputs are stale, and who read what.
 *
 * Invariants: an input runs again only if it, or something that it read, changed; an input whose transformation throws
 * keeps its last output, and runs again when something that it read changes.
 */
export abstract class TransformingTable<O> extends Table<O> {
  readonly #reads = new Reads()
  readonly #stale = new Set<string>()

  constructor(host: GraphHost, name: string, rank: number, options: CollectionOptions<O>) {
    super(host, name, rank, options)
  }

  invalidate(upstream: GraphNode, settled: Settled): void {
    this.markInputs(upstream, settled.touched)
    for (const input of this.#reads.affected(upstream, settled)) this.#stale.add(input)
    if (this.#stale.size > 0) this.host.schedule(this)
  }

  /** Marks the inputs that these entries of `upstream` are, if it is where inputs come from. */
  protected abstract markInputs(upstream: GraphNode, touched: Iterable<string>): void
  /** Runs the transformation, or takes its outputs back if there is no such input any more. */
  protected abstract run(input: string): void

  protected mark(input: string): void {
    this.#stale.add(input)
  }

  protected refresh(): void {
    const inputs = [...this.#stale]
    this.#stale.clear()
    for (const input of inputs) {
      this.#reads.clear(input)
      try {
        this.run(input)
      } catch (error) {
        this.host.failed(this.name, input, error)
      }
    }
  }

  protected readerFor(input: string): Reader {
    return {
      get: <V>(collection: Collection<V>, key: string) => {
        this.#reads.add(input, this.#known(collection), key)
        return collection.get(key)
      },
      list: <V>(collection: Collection<V>) => {
        this.#reads.add(input, this.#known(collection), EVERYTHING)
        return collection.list()
      },
      lookup: <V>(index: Index<V>, value: string) => {
        this.#reads.add(input, this.#known(index), value)
        return index.lookup(value)
      },
      fetch: <V>(collection: Collection<V>, where: (value: V, key: string) => boolean) => {
        this.#reads.addFilter(input, this.#known(collection), where as Where)
        return collection.keys().flatMap((key) => {
          const value = collection.get(key) as V
          return where(value, key) ? [value] : []
        })
      },
    }
  }

  #known(read: Collection<unknown> | Index<unknown>): GraphNode {
    if (!(read instanceof Table || read instanceof IndexNode) || read.rank >= this.rank) {
      throw new MizzenError(
        'bad-read',
        `${this.name} reads ${read.name}, which is not made before it in the same graph`,
      )
    }
    read.dependents.add(this)
    return read
  }
}
