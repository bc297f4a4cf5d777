import type { GraphNode } from './node.ts'

/** Stands for "every key"; no key of a collection holds a NUL. */
export const EVERYTHING = '\0'

/**
 * Who read what: for each node that was read, which of its keys, by which inputs. Invariant: `#reads` and `#readers`
 * are inverse to each other.
 */
export class Reads {
  readonly #readers = new Map<GraphNode, Map<string, Set<string>>>()
  readonly #reads = new Map<string, Map<GraphNode, Set<string>>>()

  /** Input `reader` looked at `key` (or EVERYTHING) of `node`. */
  add(reader: string, node: GraphNode, key: string): void {
    entry(entry(this.#readers, node, newMap<string, Set<string>>), key, newSet).add(reader)
    entry(entry(this.#reads, reader, newMap<GraphNode, Set<string>>), node, newSet).add(key)
  }

  /** Forgets what `reader` looked at. */
  clear(reader: string): void {
    for (const [node, keys] of this.#reads.get(reader) ?? []) {
      for (const key of keys) this.#drop(node, key, reader)
    }
    this.#reads.delete(reader)
  }

  /** The inputs to run again because `node` changed at `touched`. */
  *affected(node: GraphNode, touched: Iterable<string>): Iterable<string> {
    const byKey = this.#readers.get(node)
    if (byKey === undefined) return
    yield* byKey.get(EVERYTHING) ?? []
    for (const key of touched) yield* byKey.get(key) ?? []
  }

  #drop(node: GraphNode, key: string, reader: string): void {
    const byKey = this.#readers.get(node)
    const readers = byKey?.get(key)
    readers?.delete(reader)
    if (readers?.size === 0) byKey?.delete(key)
    if (byKey?.size === 0) this.#readers.delete(node)
  }
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = create()))
  return value
}

function newMap<K, V>(): Map<K, V> {
  return new Map()
}

function newSet(): Set<string> {
  return new Set()
}
