import { MizzenError } from '@mizzen/base'
import type {
  Collection,
  CollectionOptions,
  Index,
  Reader,
  Source,
  Transform,
  TransformMany,
  TransformPair,
} from './collection.ts'
import { DerivedTable } from './derived-table.ts'
import { graphviz } from './graphviz.ts'
import { IndexNode } from './index-node.ts'
import { JoinedTable } from './joined-table.ts'
import { MappedTable } from './mapped-table.ts'
import type { GraphHost, GraphNode } from './node.ts'
import { ProductTable } from './product-table.ts'
import { SingletonTable } from './singleton-table.ts'
import { SourceTable } from './source-table.ts'
import { Table } from './table.ts'

export interface GraphOptions {
  /** A transformation threw (a bug, or input that should not have got so far); the last good output stays. */
  readonly onError?: (collection: string, key: string, error: unknown) => void
}

/**
 * A set of collections that are made from one another, settled together: `transaction` applies any number of changes
 * to the sources, then brings everything derived up to date (each input that is affected runs once), then tells the
 * subscribers. Synchronous; what a reader sees between transactions is always consistent.
 *
 * A collection can only be made from collections that exist already, so there are no cycles.
 */
export class Graph {
  readonly #options: GraphOptions
  readonly #nodes: GraphNode[] = []
  readonly #names = new Set<string>()
  readonly #scheduled = new Set<GraphNode>()
  readonly #commitListeners = new Set<() => void>()
  readonly #announcements: (() => void)[] = []
  readonly #host: GraphHost
  #phase: 'idle' | 'open' | 'settling' = 'idle'
  #announcing = false

  constructor(options: GraphOptions = {}) {
    this.#options = options
    this.#host = {
      schedule: (node) => this.#schedule(node),
      failed: (collection, key, error) => this.#options.onError?.(collection, key, error),
    }
  }

  source<V>(name: string, options: CollectionOptions<V> = {}): Source<V> {
    return this.#add(new SourceTable<V>(this.#host, name, this.#nodes.length, options))
  }

  /** At most one output for each input, under the same key. */
  derive<I, O>(
    name: string,
    source: Collection<I>,
    transform: Transform<I, O>,
    options: CollectionOptions<O> = {},
  ): Collection<O> {
    return this.#add(new MappedTable(this.#host, name, this.#nodes.length, table(source), transform, options))
  }

  /** Any number of outputs for each input. */
  deriveMany<I, O>(
    name: string,
    source: Collection<I>,
    transform: TransformMany<I, O>,
    options: CollectionOptions<O> = {},
  ): Collection<O> {
    return this.#add(new DerivedTable(this.#host, name, this.#nodes.length, table(source), transform, options))
  }

  /** At most one output for each pair of a left and a right entry, under `pairKey` of their keys. */
  product<L, R, O>(
    name: string,
    left: Collection<L>,
    right: Collection<R>,
    transform: TransformPair<L, R, O>,
    options: CollectionOptions<O> = {},
  ): Collection<O> {
    const sides = [table(left), table(right)] as const
    return this.#add(new ProductTable(this.#host, name, this.#nodes.length, sides, transform, options))
  }

  /** One value (under the key `SINGLETON`) that is made of other collections as a whole; undefined for none. */
  singleton<V>(
    name: string,
    make: (reader: Reader) => V | undefined,
    options: CollectionOptions<V> = {},
  ): Collection<V> {
    return this.#add(new SingletonTable(this.#host, name, this.#nodes.length, make, options))
  }

  /** The entries of `parts` as one collection; the first part that has a key wins. */
  join<V>(name: string, parts: readonly Collection<V>[], options: CollectionOptions<V> = {}): Collection<V> {
    return this.#add(new JoinedTable(this.#host, name, this.#nodes.length, parts.map(table<V>), options))
  }

  /** Entries of `source` by properties of theirs (any number, duplicates count once). */
  index<V>(name: string, source: Collection<V>, propertiesOf: (value: V, key: string) => Iterable<string>): Index<V> {
    return this.#add(new IndexNode(this.#host, name, this.#nodes.length, table(source), propertiesOf))
  }

  /**
   * Applies all changes that `change` makes to sources as one. If it throws, none of them is applied. Within another
   * transaction it is a part of that one; from a subscriber it runs at once and is announced after the current one.
   */
  transaction<T>(change: () => T): T {
    if (this.#phase === 'settling')
      throw new MizzenError('bad-transaction', 'a transformation must not change a source')
    if (this.#phase === 'open') return change()
    this.#phase = 'open'
    let result: T
    try {
      result = change()
    } catch (error) {
      this.#rollBack()
      throw error
    }
    this.#settle()
    this.#announce()
    return result
  }

  /** Calls `listener` after each transaction, changed or not, once all subscribers of collections have been told. */
  onCommit(listener: () => void): () => void {
    this.#commitListeners.add(listener)
    return () => void this.#commitListeners.delete(listener)
  }

  /** Everything that every collection holds, by name; for people. */
  dump(): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
    return Object.fromEntries(this.#nodes.map((node) => [node.name, node.dump()]))
  }

  /** The collections, their sizes and what is made from what, in Graphviz' language. */
  graphviz(): string {
    return graphviz(this.#nodes)
  }

  #add<N extends GraphNode>(node: N): N {
    if (this.#phase !== 'idle') throw new MizzenError('bad-collection', `${node.name} is made within a transaction`)
    if (this.#names.has(node.name)) throw new MizzenError('bad-collection', `there are two collections ${node.name}`)
    this.#names.add(node.name)
    this.#nodes.push(node)
    this.#phase = 'settling'
    try {
      node.settle()
    } finally {
      this.#phase = 'idle'
    }
    return node
  }

  #schedule(node: GraphNode): void {
    this.#scheduled.add(node)
    if (this.#phase === 'idle') this.transaction(() => {})
  }

  #rollBack(): void {
    for (const node of this.#scheduled) if (node instanceof SourceTable) node.rollBack()
    this.#scheduled.clear()
    this.#phase = 'idle'
  }

  #settle(): void {
    this.#phase = 'settling'
    try {
      for (let node = this.#next(); node !== undefined; node = this.#next()) this.#settleNode(node)
    } finally {
      this.#phase = 'idle'
    }
    this.#announcements.push(() => {
      for (const listener of [...this.#commitListeners]) listener()
    })
  }

  #settleNode(node: GraphNode): void {
    this.#scheduled.delete(node)
    const settled = node.settle()
    if (settled === undefined) return
    for (const dependent of node.dependents) dependent.invalidate(node, settled)
    const { changes } = settled
    if (changes !== undefined) this.#announcements.push(() => node.notify(changes))
  }

  /** The scheduled node of least rank: all that it reads is settled. */
  #next(): GraphNode | undefined {
    let least: GraphNode | undefined
    for (const node of this.#scheduled) if (least === undefined || node.rank < least.rank) least = node
    return least
  }

  /** Every subscriber is told even if one throws; the first error is thrown after that. */
  #announce(): void {
    if (this.#announcing) return
    this.#announcing = true
    const errors: unknown[] = []
    for (let next = this.#announcements.shift(); next !== undefined; next = this.#announcements.shift()) {
      try {
        next()
      } catch (error) {
        errors.push(error)
      }
    }
    this.#announcing = false
    if (errors.length > 0) throw errors[0]
  }
}

function table<V>(collection: Collection<V>): Table<V> {
  if (collection instanceof Table) return collection as Table<V>
  throw new MizzenError('bad-collection', `${collection.name} is not of this graph`)
}
