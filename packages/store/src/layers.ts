import type { ObjectKey, Resource } from '@mizzen/api'
import { authored, contentHash } from './content-hash.ts'
import type { ObjectDocument } from './files/assembly.ts'

/**
 * How the directories of one machine make one set of objects:
 *
 * - the user's files,
 * - over them the overlay: what was applied or deleted by commands. An entry remembers what the user's object looked like
 *   that it replaced or hid, and is void as soon as that differs: the last writer wins;
 * - over both the runtime objects (Pods and the like), which their runner writes.
 */
export interface Layers {
  readonly user: { get(key: ObjectKey): ObjectDocument | undefined }
  readonly overlay: ReadonlyMap<ObjectKey, ObjectDocument>
  readonly runtime: ReadonlyMap<ObjectKey, ObjectDocument>
  /** False if the user's files may hold the object although `user` doesn't. */
  readonly isCertain: (key: ObjectKey) => boolean
}

/** What the layers make of one object. */
export interface Layered {
  /** Undefined if there is none. */
  readonly object: Resource | undefined
  /** Its entry in the overlay no longer counts, or that in the runtime layer holds the status of nothing. */
  readonly void: readonly ('overlay' | 'runtime')[]
}

/** Hash of the user's object that an overlay entry replaced or hid; '' if there was none. */
const REPLACES = 'mizzen.io/replaces'
/** Marks an overlay entry that hides the object, or asks the runner of a runtime object to end it. Holds the time. */
const DELETED = 'mizzen.io/deleted'
/** Marks a runtime entry that only gives the status of an object in a layer below. */
const STATUS_ONLY = 'mizzen.io/status-only'

export function layered(key: ObjectKey, layers: Layers): Layered {
  const below = withOverlay(key, layers)
  const overlay = layers.overlay.get(key)?.resource
  const runtime = layers.runtime.get(key)?.resource
  if (runtime === undefined) return below
  const object = withRuntime(below.object, runtime, overlay)
  return { object, void: object === undefined && layers.isCertain(key) ? [...below.void, 'runtime'] : below.void }
}

function withOverlay(key: ObjectKey, layers: Layers): Layered {
  const user = layers.user.get(key)
  const object = user && userObject(user)
  const entry = layers.overlay.get(key)?.resource
  if (entry === undefined) return { object, void: [] }
  if (isVoid(entry, key, layers)) return { object, void: ['overlay'] }
  return { object: deletedAt(entry) === undefined ? unmarked(entry) : undefined, void: [] }
}

/** The overlay entry that puts `object` in the place of the user's. */
export function replacement(object: Resource, user: ObjectDocument | undefined): Resource {
  return annotated(object, { [REPLACES]: replacedHash(user) })
}

/** The overlay entry that hides the user's object, or marks a runtime object as to be ended. */
export function tombstone(object: Resource, user: ObjectDocument | undefined, time: string): Resource {
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

function replacedHash(user: ObjectDocument | undefined): string {
  return user === undefined ? '' : remembered(user, user, () => contentHash(user.resource))
}

/** Users' files say what shall be: status and what a server fills in, as printed by `get -o yaml`, is passed over. */
function userObject(document: ObjectDocument): Resource {
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
