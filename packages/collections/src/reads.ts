import type { GraphNode, Settled } from './node.ts'

/** Stands for "every key"; no key of a collection holds a NUL. */
export const EVERYTHING = '\0'

/** Whether an entry was looked for. */
export type Where = (value: unknown, key: string) => boolean

/** One or several; most keys are read by one, and most readers read few. */
type Some = string | Set<string>

/**
 * Who read what: for each node that was read, which of its keys, by which inputs. Invariant: `#reads` and `#readers`
 * are inverse to each other.
 */
export class Reads {
  readonly #readers = new Map<GraphNode, Map<string, Some>>()
  readonly #reads = new Map<string, Map<GraphNode, Some>>()
  /** Readers that looked for entries of some kind. */
  readonly #filters = new Map<GraphNode, Map<string, Where[]>>()

  /** Input `reader` looked at `key` (or EVERYTHING) of `node`. */
  add(reader: string, node: GraphNode, key: string): void {
    put(entry(this.#readers, node), key, reader)
    put(entry(this.#reads, reader), node, key)
  }

  /** Input `reader` looked for the entries that `where` takes. */
  addFilter(reader: string, node: GraphNode, where: Where): void {
    const filters = entry(this.#filters, node)
    const own = filters.get(reader)
    if (own === undefined) filters.set(reader, [where])
    else own.push(where)
  }

  /** Forgets what `reader` looked at. */
  clear(reader: string): void {
    for (const filters of this.#filters.values()) filters.delete(reader)
    const reads = this.#reads.get(reader)
    if (reads === undefined) return
    for (const [node, keys] of reads) for (const key of each(keys)) this.#drop(node, key, reader)
    this.#reads.delete(reader)
  }

  /** The inputs to run again because `node` changed. */
  *affected(node: GraphNode, { touched, changes = [] }: Settled): Iterable<string> {
    for (const [reader, filters] of this.#filters.get(node) ?? []) {
      if (changes.some((change) => filters.some((where) => concerns(where, change)))) yield reader
    }
    const byKey = this.#readers.get(node)
    if (byKey === undefined) return
    yield* each(byKey.get(EVERYTHING))
    for (const key of touched) yield* each(byKey.get(key))
  }

  #drop(node: GraphNode, key: string, reader: string): void {
    const byKey = this.#readers.get(node)
    if (byKey === undefined) return
    take(byKey, key, reader)
    if (byKey.size === 0) this.#readers.delete(node)
  }
}

function concerns(
  where: Where,
  { key, before, after }: { readonly key: string; readonly before: unknown; readonly after: unknown },
): boolean {
  return (before !== undefined && where(before, key)) || (after !== undefined && where(after, key))
}

function entry<K, Key, Value>(map: Map<K, Map<Key, Value>>, key: K): Map<Key, Value> {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = new Map()))
  return value
}

function put<K>(map: Map<K, Some>, key: K, one: string): void {
  const others = map.get(key)
  if (others === undefined) map.set(key, one)
  else if (typeof others !== 'string') others.add(one)
  else if (others !== one) map.set(key, new Set([others, one]))
}

function take<K>(map: Map<K, Some>, key: K, one: string): void {
  const some = map.get(key)
  if (some === undefined || typeof some === 'string') {
    if (some === one) map.delete(key)
    return
  }
  some.delete(one)
  if (some.size === 0) map.delete(key)
}

function each(some: Some | undefined): Iterable<string> {
  if (some === undefined) return []
  return typeof some === 'string' ? [some] : some
}
