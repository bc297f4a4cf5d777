import type { Index } from './collection.ts'
import type { GraphHost, GraphNode, Settled } from './node.ts'
import { byCodeUnit, type Table } from './table.ts'

const NONE: ReadonlySet<string> = new Set()

/** Groups the entries of a collection by properties of theirs, and says which groups have something new. */
export class IndexNode<V> implements Index<V>, GraphNode {
  readonly name: string
  readonly rank: number
  readonly dependents = new Set<GraphNode>()
  readonly #host: GraphHost
  readonly #source: Table<V>
  readonly #propertiesOf: (value: V, key: string) => Iterable<string>
  readonly #groups = new Map<string, Set<string>>()
  readonly #properties = new Map<string, ReadonlySet<string>>()
  readonly #stale = new Set<string>()
  /** Sorted keys of a group, and their values; which keys there are changes less often than what they have. */
  readonly #keys = new Map<string, readonly string[]>()
  readonly #lists = new Map<string, readonly V[]>()

  constructor(
    host: GraphHost,
    name: string,
    rank: number,
    source: Table<V>,
    propertiesOf: (value: V, key: string) => Iterable<string>,
  ) {
    this.#host = host
    this.name = name
    this.rank = rank
    this.#source = source
    this.#propertiesOf = propertiesOf
    source.dependents.add(this as GraphNode)
    for (const key of source.keys()) this.#stale.add(key)
  }

  lookup(value: string): readonly V[] {
    const group = this.#groups.get(value)
    if (group === undefined) return []
    let list = this.#lists.get(value)
    if (list === undefined) {
      list = this.#keysOf(value, group).map((key) => this.#source.get(key) as V)
      this.#lists.set(value, list)
    }
    return list
  }

  invalidate(_upstream: GraphNode, { touched }: Settled): void {
    for (const key of touched) this.#stale.add(key)
    this.#host.schedule(this as GraphNode)
  }

  settle(): Settled | undefined {
    const touched = new Set<string>()
    for (const key of this.#stale) this.#regroup(key, touched)
    this.#stale.clear()
    for (const value of touched) this.#lists.delete(value)
    return touched.size === 0 ? undefined : { touched }
  }

  notify(): void {}

  get size(): number {
    return this.#groups.size
  }

  dump(): Readonly<Record<string, unknown>> {
    const values = [...this.#groups.keys()].sort(byCodeUnit)
    return Object.fromEntries(values.map((value) => [value, [...(this.#groups.get(value) ?? [])].sort(byCodeUnit)]))
  }

  #keysOf(value: string, group: ReadonlySet<string>): readonly string[] {
    let keys = this.#keys.get(value)
    if (keys === undefined) this.#keys.set(value, (keys = [...group].sort(byCodeUnit)))
    return keys
  }

  #regroup(key: string, touched: Set<string>): void {
    const value = this.#source.get(key)
    const former = this.#properties.get(key) ?? NONE
    const now = new Set(value === undefined ? [] : this.#propertiesOf(value, key))
    for (const property of former) {
      touched.add(property)
      if (now.has(property)) continue
      const group = this.#groups.get(property)
      group?.delete(key)
      this.#keys.delete(property)
      if (group?.size === 0) this.#groups.delete(property)
    }
    for (const property of now) {
      touched.add(property)
      if (former.has(property)) continue
      this.#keys.delete(property)
      const group = this.#groups.get(property)
      if (group === undefined) this.#groups.set(property, new Set([key]))
      else group.add(key)
    }
    if (now.size === 0) this.#properties.delete(key)
    else this.#properties.set(key, now)
  }
}
