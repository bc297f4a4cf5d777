import type { ObjectKey, ObjectOf, Problem, Resource } from '@mizzen/api'
import type { Place } from '@mizzen/base'

/** One object appeared, changed or went. `object` is the new state, for `deleted` the last one. */
export interface Change {
  readonly type: 'added' | 'modified' | 'deleted'
  readonly key: ObjectKey
  readonly object: Resource
  /** `modified`, and nothing but `status` differs. For most kinds that is derived; of a Pod it is its phase and address. */
  readonly statusOnly?: boolean
}

export type Outcome = 'created' | 'configured' | 'unchanged'

export interface StatusUpdate {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly status: unknown
}

/**
 * Where resources come from: a directory of YAML files, memory, and later a Kubernetes API server.
 *
 * Objects in a store are valid (strict validation of their kind), complete (namespace and API version filled in) and
 * immutable. What is refused is in `problems`, and the last good state of the object goes on being served. All objects
 * of one key share one identity whatever API version they were written in.
 */
export interface Store {
  /** Counts up with every batch of changes. Everything listed is at this revision. */
  readonly revision: number
  /** In order of their keys; all namespaces if none is given. */
  list<Kind extends string>(kind: Kind, namespace?: string): readonly ObjectOf<Kind>[]
  get<Kind extends string>(kind: Kind, namespace: string, name: string): ObjectOf<Kind> | undefined
  /**
   * Calls `listener` with each further batch of changes, synchronously after `revision` moved on, in order. Use `list`
   * first: nothing happens in between. Returns the call that ends it.
   */
  watch(listener: (changes: readonly Change[], revision: number) => void): () => void
  /** Creates or replaces an object as a whole. Throws MizzenError `invalid` (with every problem), `conflict`, `unavailable`. */
  apply(
    resource: Resource,
  ): Promise<{ readonly outcome: Outcome; readonly object: Resource; readonly revision: number }>
  /** Removes an object; false if there is none. */
  remove(kind: string, namespace: string, name: string): Promise<boolean>
  /**
   * Replaces `status` alone; the generation stays. Kept in memory, as it is derived and recomputed after a restart; a
   * directory store that writes the runtime layer writes it there too, for the other processes.
   */
  updateStatus(kind: string, namespace: string, name: string, status: unknown): void
  /** As `updateStatus`, of several objects as one batch. */
  updateStatuses(updates: readonly StatusUpdate[]): void
  /** What is wrong now with the sources: broken files, refused documents. Gone when mended. */
  problems(): readonly Problem[]
  /** Calls `listener` with the whole list whenever it changes. */
  watchProblems(listener: (problems: readonly Problem[]) => void): () => void
  /** File and line where the object (or the field at `path` in it) is written; undefined where there is no file. */
  placeOf(key: ObjectKey, path?: string): Place | undefined
  /** Looks at the sources now: resolves when all that was written before the call counts. */
  refresh(): Promise<void>
  close(): Promise<void>
}
