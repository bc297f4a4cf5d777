import type { Change, Collection, CollectionOptions } from './collection.ts'
import type { GraphHost, GraphNode, Settled } from './node.ts'
import { structurallyEqual } from './structural-equality.ts'

/** Plain comparison by code unit: the order of every list of keys here. */
export function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** What every kind of collection shares: the entries, who subscribed, and the changes of the running transaction. */
export abstract class Table<V> implements Collection<V>, GraphNode {
  readonly name: string
  readonly rank: number
  readonly dependents = new Set<GraphNode>()
  protected readonly host: GraphHost
  readonly #equals: (left: V, right: V) => boolean
  readonly #values = new Map<string, V>()
  readonly #subscribers = new Set<(changes: readonly Change<V>[]) => void>()
  /** Values before the transaction, of the keys that were written in it. */
  readonly #before = new Map<string, V | undefined>()
  /** Sorted. Which keys there are changes less often than what they have. */
  #keys: readonly string[] | undefined
  #list: readonly V[] | undefined

  constructor(host: GraphHost, name: string, rank: number, options: CollectionOptions<V>) {
    this.host = host
    this.name = name
    this.rank = rank
    this.#equals = options.equals ?? structurallyEqual
  }

  abstract invalidate(upstream: GraphNode, settled: Settled): void
  /** Runs what is marked, by `write`. */
  protected abstract refresh(): void

  get size(): number {
    return this.#values.size
  }

  get(key: string): V | undefined {
    return this.#values.get(key)
  }

  list(): readonly V[] {
    return (this.#list ??= this.keys().map((key) => this.#values.get(key) as V))
  }

  keys(): readonly string[] {
    return (this.#keys ??= [...this.#values.keys()].sort(byCodeUnit))
  }

  subscribe(listener: (changes: readonly Change<V>[]) => void): () => void {
    this.#subscribers.add(listener)
    return () => void this.#subscribers.delete(listener)
  }

  settle(): Settled | undefined {
    this.refresh()
    const changes = this.#takeChanges()
    if (changes.length === 0) return undefined
    return { touched: changes.map((change) => change.key), changes }
  }

  notify(changes: readonly Change<unknown>[]): void {
    for (const subscriber of [...this.#subscribers]) subscriber(changes as readonly Change<V>[])
  }

  dump(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.keys().map((key) => [key, this.get(key)]))
  }

  /** Sets or (undefined) removes an entry; an equal value changes nothing and the old one stays. */
  protected write(key: string, value: V | undefined): void {
    const current = this.#values.get(key)
    if (current === value) return
    if (current !== undefined && value !== undefined && this.#equals(current, value)) return
    if (!this.#before.has(key)) this.#before.set(key, current)
    this.#store(key, value)
  }

  /** Puts back what was there before the running transaction. */
  protected restore(): void {
    for (const [key, value] of this.#before) this.#store(key, value)
    this.#before.clear()
  }

  #store(key: string, value: V | undefined): void {
    const size = this.#values.size
    if (value === undefined) this.#values.delete(key)
    else this.#values.set(key, value)
    if (this.#values.size !== size) this.#keys = undefined
    this.#list = undefined
  }

  #takeChanges(): Change<V>[] {
    const changes: Change<V>[] = []
    for (const [key, before] of this.#before) {
      const after = this.#values.get(key)
      if (before === after) continue
      if (before !== undefined && after !== undefined && this.#equals(before, after)) this.#store(key, before)
      else changes.push({ key, before, after })
    }
    this.#before.clear()
    return changes
  }
}
