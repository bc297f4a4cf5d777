/** One entry appeared (`before` undefined), changed, or went (`after` undefined). */
export interface Change<V> {
  readonly key: string
  readonly before: V | undefined
  readonly after: V | undefined
}

/**
 * A named, keyed set of immutable values that knows when it changes. Keys are strings and unique within a collection;
 * a value that is replaced by an equal one counts as unchanged and keeps its identity.
 */
export interface Collection<V> {
  readonly name: string
  readonly size: number
  get(key: string): V | undefined
  /** Sorted by key, so that what is computed from a list does not depend on history. The array is shared: don't change it. */
  list(): readonly V[]
  /** Sorted by key, as `list`. */
  keys(): readonly string[]
  /**
   * Calls `listener` once for each transaction that changed something here, after everything derived is settled.
   * Returns the call that ends it.
   */
  subscribe(listener: (changes: readonly Change<V>[]) => void): () => void
}

/** A collection that the program fills. Changes are made within `Graph.transaction`, or are one of their own. */
export interface Source<V> extends Collection<V> {
  set(key: string, value: V): void
  delete(key: string): void
}

/** Entries of a collection by a property that several of them may share. */
export interface Index<V> {
  readonly name: string
  /** Entries that have this property, sorted by their key. The array is shared: don't change it. */
  lookup(value: string): readonly V[]
}

/** What a transformation reads besides its own input. Every read is remembered: a change of it runs the input again. */
export interface Reader {
  get<V>(collection: Collection<V>, key: string): V | undefined
  list<V>(collection: Collection<V>): readonly V[]
  lookup<V>(index: Index<V>, value: string): readonly V[]
  /**
   * The entries that `where` takes, sorted by key. Only a change of an entry that it takes, before or after, runs the input
   * again. It looks at every entry: prefer `lookup` where there is an index.
   */
  fetch<V>(collection: Collection<V>, where: (value: V, key: string) => boolean): readonly V[]
}

/**
 * One output, under the key of its input; undefined for none. Pure: the same reads give the same output. `previous` is the
 * last output, for what stays at its last good state; whoever uses it gives up that the result does not depend on history.
 */
export type Transform<I, O> = (input: I, reader: Reader, key: string, previous: O | undefined) => O | undefined

/** One output for a pair of entries, or none. */
export type TransformPair<L, R, O> = (left: L, right: R, reader: Reader) => O | undefined

/** Any number of outputs, each with its own key. */
export type TransformMany<I, O> = (input: I, reader: Reader, key: string) => Iterable<readonly [key: string, output: O]>

export interface CollectionOptions<V> {
  /** Structural equality by default. Equal means that nobody downstream needs to know. */
  readonly equals?: (left: V, right: V) => boolean
}
