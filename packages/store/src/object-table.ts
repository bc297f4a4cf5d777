import { kindIdOf, type ObjectKey, objectKey, type Resource } from '@mizzen/api'
import { authoredMeta, canonicalJson, hash, specText, uuidFrom } from './content-hash.ts'
import { freeze } from './freeze.ts'
import type { Change } from './store.ts'

export type WatchListener = (changes: readonly Change[], revision: number) => void

/** What shall be: an object as it comes from its source, or that there is none. */
export type Edit = { readonly key: ObjectKey; readonly object: Resource | undefined }

/** Hashes of the parts of an object; comparing them is comparing the parts. */
interface Row {
  readonly object: Resource
  readonly spec: string
  readonly meta: string
  readonly status: string
}

/**
 * The objects of a store in memory: fills in what a server fills in, tells what changed, and calls whoever watches. It
 * does no I/O and starts nothing.
 */
export class ObjectTable {
  #revision = 0
  readonly #kinds = new Map<string, Map<ObjectKey, Row>>()
  readonly #sorted = new Map<string, readonly Resource[]>()
  readonly #listeners = new Set<WatchListener>()
  readonly #untold: { readonly changes: readonly Change[]; readonly revision: number }[] = []

  get revision(): number {
    return this.#revision
  }

  list(kind: string, namespace?: string): readonly Resource[] {
    const all = this.#sorted.get(kind) ?? this.#sort(kind)
    return namespace === undefined ? all : all.filter((object) => object.metadata.namespace === namespace)
  }

  get(key: ObjectKey): Resource | undefined {
    return this.#rows(key).get(key)?.object
  }

  keys(): readonly ObjectKey[] {
    return [...this.#kinds.values()].flatMap((rows) => [...rows.keys()])
  }

  watch(listener: WatchListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Makes all edits at once: one revision, one call of the listeners; none if nothing differs. */
  commit(edits: readonly Edit[]): readonly Change[] {
    const changes = edits.flatMap((edit) => {
      const change = edit.object === undefined ? this.#delete(edit.key) : this.#put(edit.key, edit.object)
      return change === undefined ? [] : [change]
    })
    if (changes.length === 0) return changes
    this.#revision += 1
    for (const { object } of changes) this.#sorted.delete(kindIdOf(object))
    this.#notify(changes, this.#revision)
    return changes
  }

  /** The object as it would be after `commit`: complete, and `undefined` if that would change nothing. */
  preview(object: Resource): Resource | undefined {
    return this.#next(objectKey(object), object)?.row.object
  }

  /** A listener may commit: what that changes is told to all after they were told of this. */
  #notify(changes: readonly Change[], revision: number): void {
    this.#untold.push({ changes, revision })
    if (this.#untold.length > 1) return
    for (let next = this.#untold[0]; next !== undefined; next = this.#untold[0]) {
      for (const listener of [...this.#listeners]) tell(listener, next.changes, next.revision)
      this.#untold.shift()
    }
  }

  #rows(key: ObjectKey): Map<ObjectKey, Row> {
    const kind = key.slice(0, key.indexOf('/'))
    let rows = this.#kinds.get(kind)
    if (rows === undefined) this.#kinds.set(kind, (rows = new Map()))
    return rows
  }

  #sort(kind: string): readonly Resource[] {
    const rows = [...(this.#kinds.get(kind) ?? [])].sort(([left], [right]) => (left < right ? -1 : 1))
    const objects = rows.map(([, row]) => row.object)
    this.#sorted.set(kind, objects)
    return objects
  }

  #delete(key: ObjectKey): Change | undefined {
    const rows = this.#rows(key)
    const row = rows.get(key)
    if (row === undefined) return undefined
    rows.delete(key)
    return { type: 'deleted', key, object: row.object }
  }

  #put(key: ObjectKey, object: Resource): Change | undefined {
    const next = this.#next(key, object)
    if (next === undefined) return undefined
    this.#rows(key).set(key, next.row)
    const type = next.before === undefined ? 'added' : 'modified'
    const { before, row } = next
    const statusOnly = before !== undefined && before.spec === row.spec && before.meta === row.meta
    return { type, key, object: row.object, ...(statusOnly && { statusOnly }) }
  }

  #next(key: ObjectKey, object: Resource): { before: Row | undefined; row: Row } | undefined {
    const before = this.#rows(key).get(key)
    const status = object.status ?? before?.object.status
    const hashes = {
      ...(before !== undefined && isSameButStatus(before.object, object) ? before : authoredHashes(object)),
      status: hash(canonicalJson(status)),
    }
    if (before?.spec === hashes.spec && before.meta === hashes.meta && before.status === hashes.status) return undefined
    const metadata = completeMeta(key, object, before, hashes)
    const complete = freeze({ ...object, metadata, ...(status !== undefined && { status }) })
    return { before, row: { ...hashes, object: complete } }
  }
}

/** The very parts that are there, with another status: the author's parts need not be looked at. */
function isSameButStatus(before: Resource, after: Resource): boolean {
  const [left, right] = [before, after] as unknown as Readonly<Record<string, unknown>>[]
  const names = Object.keys(right ?? {}).filter((name) => name !== 'status')
  return (
    names.every((name) => left?.[name] === right?.[name]) &&
    Object.keys(left ?? {}).every((name) => name === 'status' || names.includes(name))
  )
}

function authoredHashes(object: Resource): Pick<Row, 'spec' | 'meta'> {
  return { spec: hash(specText(object)), meta: hash(canonicalJson(authoredMeta(object.metadata))) }
}

/** A listener that throws is a bug to be seen, but no reason to leave the others, or the table, half told. */
function tell(listener: WatchListener, changes: readonly Change[], revision: number): void {
  try {
    listener(changes, revision)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/** The identity stays for the life of the object; `generation` moves with the spec, `resourceVersion` with anything. */
function completeMeta(key: ObjectKey, object: Resource, before: Row | undefined, hashes: Omit<Row, 'object'>) {
  const given = object.metadata
  const last = before?.object.metadata
  const created = last?.creationTimestamp ?? given.creationTimestamp
  return {
    ...given,
    uid: given.uid ?? last?.uid ?? uuidFrom(`${key} ${created ?? ''}`),
    resourceVersion: hash(hashes.spec + hashes.meta + hashes.status).slice(0, 16),
    generation: nextGeneration(given.generation, last?.generation, before?.spec === hashes.spec),
    ...(created !== undefined && { creationTimestamp: created }),
  }
}

/** A generation that the source gives counts as long as ours never goes back. */
function nextGeneration(given: number | undefined, last: number | undefined, same: boolean): number {
  if (last === undefined) return given ?? 1
  return same ? last : Math.max(last + 1, given ?? 0)
}
