import type { ObjectKey, Resource } from '@mizzen/api'
import { authored, contentHash } from './content-hash.ts'
import type { GoodDocument } from './files/assemble.ts'

/**
 * How the directories of one machine make one set of objects:
 *
 * - the user's files,
 * - over them the overlay: what was applied or deleted by commands. An entry remembers what the user's object looked like
 *   that it replaced or hid, and is void as soon as that differs: the last writer wins;
 * - over both the runtime objects (Pods and the like), which their runner writes.
 */
export interface Layers {
  readonly user: ReadonlyMap<ObjectKey, GoodDocument>
  readonly overlay: ReadonlyMap<ObjectKey, GoodDocument>
  readonly runtime: ReadonlyMap<ObjectKey, GoodDocument>
  /** False if the user's files may hold the object although `user` doesn't. */
  readonly isCertain: (key: ObjectKey) => boolean
}

export interface Layered {
  readonly objects: ReadonlyMap<ObjectKey, Resource>
  /** Entries of the overlay that no longer count, and of the runtime layer that hold the status of nothing. */
  readonly void: { readonly overlay: readonly ObjectKey[]; readonly runtime: readonly ObjectKey[] }
}

/** Hash of the user's object that an overlay entry replaced or hid; '' if there was none. */
const REPLACES = 'mizzen.io/replaces'
/** Marks an overlay entry that hides the object, or asks the runner of a runtime object to end it. Holds the time. */
const DELETED = 'mizzen.io/deleted'
/** Marks a runtime entry that only gives the status of an object in a layer below. */
const STATUS_ONLY = 'mizzen.io/status-only'

export function mergeLayers(layers: Layers): Layered {
  const objects = new Map<ObjectKey, Resource>()
  const voided = { overlay: [] as ObjectKey[], runtime: [] as ObjectKey[] }
  for (const [key, document] of layers.user) objects.set(key, userObject(document))
  for (const [key, { resource }] of layers.overlay) {
    if (isVoid(resource, key, layers)) voided.overlay.push(key)
    else if (deletedAt(resource) === undefined) objects.set(key, unmarked(resource))
    else objects.delete(key)
  }
  for (const [key, { resource }] of layers.runtime) {
    const merged = withRuntime(objects.get(key), resource, layers.overlay.get(key)?.resource)
    if (merged !== undefined) objects.set(key, merged)
    else if (layers.isCertain(key)) voided.runtime.push(key)
  }
  return { objects, void: voided }
}

/** The overlay entry that puts `object` in the place of the user's. */
export function replacement(object: Resource, user: GoodDocument | undefined): Resource {
  return annotated(object, { [REPLACES]: replacedHash(user) })
}

/** The overlay entry that hides the user's object, or marks a runtime object as to be ended. */
export function tombstone(object: Resource, user: GoodDocument | undefined, time: string): Resource {
  return annotated(object, { [REPLACES]: replacedHash(user), [DELETED]: time })
}

/** The runtime entry that gives the status of an object in a layer below. */
export function statusHolder(object: Resource, status: unknown): Resource {
  return annotated({ ...object, status }, { [STATUS_ONLY]: 'true' })
}

function isVoid(entry: Resource, key: ObjectKey, { user, runtime, isCertain }: Layers): boolean {
  const users = user.get(key)
  const deleted = deletedAt(entry) !== undefined
  const running = runtime.get(key)?.resource
  if (deleted && running !== undefined && !isStatusOnly(running)) return entry.metadata.uid !== running.metadata.uid
  if (users === undefined && !isCertain(key)) return false
  if (deleted && users === undefined) return true
  return entry.metadata.annotations?.[REPLACES] !== replacedHash(users)
}

function withRuntime(
  below: Resource | undefined,
  runtime: Resource,
  overlay: Resource | undefined,
): Resource | undefined {
  if (isStatusOnly(runtime)) {
    return below && remembered(runtime, below, () => ({ ...below, status: runtime.status }))
  }
  const time = overlay && overlay.metadata.uid === runtime.metadata.uid ? deletedAt(overlay) : undefined
  if (time === undefined || runtime.metadata.deletionTimestamp !== undefined) return runtime
  return remembered(runtime, overlay!, () => ({
    ...runtime,
    metadata: { ...runtime.metadata, deletionTimestamp: time },
  }))
}

function replacedHash(user: GoodDocument | undefined): string {
  return user === undefined ? '' : remembered(user, user, () => contentHash(user.resource))
}

/** Users' files say what shall be: status and what a server fills in, as printed by `get -o yaml`, is passed over. */
function userObject(document: GoodDocument): Resource {
  return remembered(document.resource, document, () => authored(document.resource))
}

function unmarked(entry: Resource): Resource {
  return remembered(entry, entry, () => annotated(entry, { [REPLACES]: undefined }))
}

export function isStatusOnly(entry: Resource): boolean {
  return entry.metadata.annotations?.[STATUS_ONLY] !== undefined
}

/** When a command deleted what the entry hides; undefined for any other entry. */
export function deletedAt(entry: Resource): string | undefined {
  return entry.metadata.annotations?.[DELETED]
}

function annotated(object: Resource, marks: Readonly<Record<string, string | undefined>>): Resource {
  const all = Object.entries({ ...object.metadata.annotations, ...marks })
  const annotations = Object.fromEntries(all.filter(([, value]) => value !== undefined)) as Record<string, string>
  const { annotations: _, ...metadata } = object.metadata
  return { ...object, metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) } }
}

/** What was made of a pair of things before, so that an object that didn't change is the same value in every merge. */
const memory = new WeakMap<object, { readonly other: object; readonly value: unknown }>()

function remembered<Value>(one: object, other: object, make: () => Value): Value {
  const known = memory.get(one)
  if (known?.other === other) return known.value as Value
  const value = make()
  memory.set(one, { other, value })
  return value
}
