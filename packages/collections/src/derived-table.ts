import { MizzenError } from '@mizzen/base'
import type { Collection, CollectionOptions, Index, Reader, TransformMany } from './collection.ts'
import { IndexNode } from './index-node.ts'
import type { GraphHost, GraphNode } from './node.ts'
import { EVERYTHING, Reads } from './reads.ts'
import { byCodeUnit, Table } from './table.ts'

/**
 * Outputs of a pure transformation over the entries of another collection, kept up to date per input.
 *
 * Invariants: an input runs again only if it, or something that it read, changed; if two inputs claim one output key,
 * the input with the least key has it, whatever came first; an input whose transformation throws keeps its last
 * outputs, and runs again when something that it read changes.
 */
export class DerivedTable<I, O> extends Table<O> {
  readonly #source: Table<I>
  readonly #transform: TransformMany<I, O>
  readonly #reads = new Reads()
  readonly #stale = new Set<string>()
  readonly #outputs = new Map<string, ReadonlyMap<string, O>>()
  /** Inputs that claim an output key, least first. */
  readonly #claims = new Map<string, readonly string[]>()

  constructor(
    host: GraphHost,
    name: string,
    rank: number,
    source: Table<I>,
    transform: TransformMany<I, O>,
    options: CollectionOptions<O>,
  ) {
    super(host, name, rank, options)
    this.#source = source
    this.#transform = transform
    source.dependents.add(this)
    for (const key of source.keys()) this.#stale.add(key)
  }

  invalidate(upstream: GraphNode, touched: Iterable<string>): void {
    const keys = [...touched]
    if (upstream === this.#source) for (const key of keys) this.#stale.add(key)
    for (const key of this.#reads.affected(upstream, keys)) this.#stale.add(key)
    if (this.#stale.size > 0) this.host.schedule(this)
  }

  protected refresh(): void {
    const inputs = [...this.#stale]
    this.#stale.clear()
    for (const input of inputs) this.#run(input)
  }

  #run(input: string): void {
    this.#reads.clear(input)
    const value = this.#source.get(input)
    if (value === undefined) {
      this.#replace(input, new Map())
      return
    }
    let outputs: ReadonlyMap<string, O>
    try {
      outputs = new Map(this.#transform(value, this.#readerFor(input), input))
    } catch (error) {
      this.host.failed(this.name, input, error)
      return
    }
    this.#replace(input, outputs)
  }

  #replace(input: string, outputs: ReadonlyMap<string, O>): void {
    const former = this.#outputs.get(input)
    if (outputs.size === 0) this.#outputs.delete(input)
    else this.#outputs.set(input, outputs)
    for (const key of former?.keys() ?? []) if (!outputs.has(key)) this.#unclaim(key, input)
    for (const key of outputs.keys()) if (!former?.has(key)) this.#claim(key, input)
    for (const key of new Set([...(former?.keys() ?? []), ...outputs.keys()])) this.#award(key)
  }

  #claim(key: string, input: string): void {
    const others = this.#claims.get(key)
    this.#claims.set(key, others === undefined ? [input] : [...others, input].sort(byCodeUnit))
  }

  #unclaim(key: string, input: string): void {
    const rest = (this.#claims.get(key) ?? []).filter((other) => other !== input)
    if (rest.length === 0) this.#claims.delete(key)
    else this.#claims.set(key, rest)
  }

  #award(key: string): void {
    const owner = this.#claims.get(key)?.[0]
    this.write(key, owner === undefined ? undefined : this.#outputs.get(owner)?.get(key))
  }

  #readerFor(input: string): Reader {
    return {
      get: <V>(collection: Collection<V>, key: string) => {
        this.#remember(input, collection, key)
        return collection.get(key)
      },
      list: <V>(collection: Collection<V>) => {
        this.#remember(input, collection, EVERYTHING)
        return collection.list()
      },
      lookup: <V>(index: Index<V>, value: string) => {
        this.#remember(input, index, value)
        return index.lookup(value)
      },
    }
  }

  #remember(input: string, read: Collection<unknown> | Index<unknown>, key: string): void {
    if (!(read instanceof Table || read instanceof IndexNode) || read.rank >= this.rank) {
      throw new MizzenError(
        'bad-read',
        `${this.name} reads ${read.name}, which is not made before it in the same graph`,
      )
    }
    read.dependents.add(this)
    this.#reads.add(input, read, key)
  }
}
