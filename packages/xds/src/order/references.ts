import type { ResourceRef, TypeUrl, XdsResource } from '../source.ts'
import {
  CLUSTER_TYPE,
  ENDPOINT_TYPE,
  EXTENSION_TYPE,
  LISTENER_TYPE,
  NAMED_TYPES,
  ROUTE_TYPE,
  SECRET_TYPE,
  VIRTUAL_HOST_TYPE,
} from '../types.ts'
import type { Entry, UnknownResource } from './entry.ts'
import { isKnown, REMOVAL } from './entry.ts'

/** What a resource of unknown content may name. */
export const MAY_NAME: Readonly<Record<TypeUrl, readonly TypeUrl[]>> = {
  [LISTENER_TYPE]: [ROUTE_TYPE, CLUSTER_TYPE, SECRET_TYPE, EXTENSION_TYPE],
  [ROUTE_TYPE]: [CLUSTER_TYPE],
  [VIRTUAL_HOST_TYPE]: [CLUSTER_TYPE],
  [CLUSTER_TYPE]: [ENDPOINT_TYPE, SECRET_TYPE],
}

/** The same, the other way round. */
const NAMED_BY: Readonly<Record<TypeUrl, readonly TypeUrl[]>> = {
  [ROUTE_TYPE]: [LISTENER_TYPE],
  [CLUSTER_TYPE]: [LISTENER_TYPE, ROUTE_TYPE, VIRTUAL_HOST_TYPE],
  [SECRET_TYPE]: [LISTENER_TYPE, CLUSTER_TYPE],
  [EXTENSION_TYPE]: [LISTENER_TYPE],
  [ENDPOINT_TYPE]: [CLUSTER_TYPE],
}

/** Lists of references that are longer are counted as a whole. */
const LONG = 16

function isNamesake({ typeUrl, name }: XdsResource, ref: ResourceRef): boolean {
  return ref.name === name && (NAMED_BY[ref.typeUrl]?.includes(typeUrl) ?? false)
}

/** It names nothing but what has its own name, which is not counted. */
export function isIndependent(resource: XdsResource): boolean {
  return resource.refs.length <= LONG && resource.refs.every((ref) => isNamesake(resource, ref))
}

function names(version: Held | symbol, ref: ResourceRef): boolean {
  if (typeof version !== 'object' || !isKnown(version)) return false
  return version.refs.some(({ typeUrl, name }) => typeUrl === ref.typeUrl && name === ref.name)
}

function isFollower({ typeUrl }: ResourceRef): boolean {
  return NAMED_TYPES.has(typeUrl)
}

/** Of long lists: what is asked for by name. */
const followers = new WeakMap<readonly ResourceRef[], readonly ResourceRef[]>()

/** What a client asks for by name once it has a resource with these references. */
export function followersOf(refs: readonly ResourceRef[]): readonly ResourceRef[] {
  if (refs.every(isFollower)) return refs
  let found = followers.get(refs)
  if (found !== undefined) return found
  found = refs.filter(isFollower)
  if (refs.length > LONG) followers.set(refs, found)
  return found
}

type Held = XdsResource | UnknownResource | typeof REMOVAL | undefined

/** One text per resource name and type, to key maps with. */
export function refKey(typeUrl: TypeUrl, name: string): string {
  return `${typeUrl}\n${name}`
}

/** What long lists name, in the keys of `refKey`; the lists live in resources, which many clients share. */
const indexed = new WeakMap<readonly ResourceRef[], ReadonlySet<string>>()

function indexOf(refs: readonly ResourceRef[]): ReadonlySet<string> {
  let index = indexed.get(refs)
  if (index === undefined) indexed.set(refs, (index = new Set(refs.map(({ typeUrl, name }) => refKey(typeUrl, name)))))
  return index
}

/**
 * Counts by type and name. There may be thousands for each of many proxies, so keys are the names as they are, and long
 * lists are not taken apart.
 */
class Counts {
  readonly #byType = new Map<TypeUrl, Map<string, number>>()
  readonly #lists = new Map<readonly ResourceRef[], number>()

  has({ typeUrl, name }: ResourceRef): boolean {
    if (this.#byType.get(typeUrl)?.has(name)) return true
    for (const list of this.#lists.keys()) if (indexOf(list).has(refKey(typeUrl, name))) return true
    return false
  }

  add(resource: XdsResource, by: 1 | -1): void {
    if (resource.refs.length > LONG) this.#addList(resource.refs, by)
    else for (const ref of resource.refs) if (!isNamesake(resource, ref)) this.#addOne(ref, by)
  }

  #addList(refs: readonly ResourceRef[], by: 1 | -1): void {
    const count = (this.#lists.get(refs) ?? 0) + by
    if (count === 0) this.#lists.delete(refs)
    else this.#lists.set(refs, count)
  }

  #addOne({ typeUrl, name }: ResourceRef, by: 1 | -1): void {
    const counts = this.#byType.get(typeUrl) ?? new Map<string, number>()
    this.#byType.set(typeUrl, counts)
    const count = (counts.get(name) ?? 0) + by
    if (count === 0) counts.delete(name)
    else counts.set(name, count)
  }
}

/**
 * Counts, per resource, how often the versions that a client may have in use name it. What names something by its own name
 * (a cluster its endpoints) is not counted, but looked at when somebody asks.
 */
export class References {
  readonly #entryOf: (ref: ResourceRef) => Entry | undefined
  readonly #all = new Counts()
  /** The same, of acknowledged versions alone. */
  readonly #acknowledged = new Counts()
  /** Resources of unknown content, per type that they may name. */
  readonly #unknown = new Map<TypeUrl, number>()

  /** How many entries have a refusal. */
  refusals = 0

  constructor(entryOf: (ref: ResourceRef) => Entry | undefined) {
    this.#entryOf = entryOf
  }

  /** True while something that the client may use names this, or might. */
  has(ref: ResourceRef): boolean {
    if (this.#unknown.has(ref.typeUrl) || this.#all.has(ref)) return true
    return this.#namesakes(ref).some(({ good, previous, sent, refused }) =>
      [good, previous, sent, refused?.resource].some((version) => names(version, ref)),
    )
  }

  /** True while something that the client has acknowledged names this. */
  hasAcknowledged(ref: ResourceRef): boolean {
    return this.#acknowledged.has(ref) || this.#namesakes(ref).some(({ good }) => names(good, ref))
  }

  /** Replaces one of the versions of an entry. */
  put(typeUrl: TypeUrl, entry: Entry, slot: 'good' | 'previous', resource: XdsResource | UnknownResource | undefined) {
    this.#count(typeUrl, resource, 1)
    this.#count(typeUrl, entry[slot], -1)
    if (slot === 'good') {
      this.#countAcknowledged(resource, 1)
      this.#countAcknowledged(entry.good, -1)
    }
    entry[slot] = resource
  }

  putSent(typeUrl: TypeUrl, entry: Entry, resource: Entry['sent']): void {
    this.#count(typeUrl, resource, 1)
    this.#count(typeUrl, entry.sent, -1)
    entry.sent = resource
  }

  putRefused(typeUrl: TypeUrl, entry: Entry, refusal: Entry['refused']): void {
    this.#count(typeUrl, refusal?.resource, 1)
    this.#count(typeUrl, entry.refused?.resource, -1)
    if (refusal !== undefined) this.refusals += 1
    if (entry.refused !== undefined) this.refusals -= 1
    entry.refused = refusal
  }

  /** The client has nothing of this any more. */
  clear(typeUrl: TypeUrl, entry: Entry): void {
    this.put(typeUrl, entry, 'good', undefined)
    this.put(typeUrl, entry, 'previous', undefined)
    this.putSent(typeUrl, entry, undefined)
    this.putRefused(typeUrl, entry, undefined)
  }

  /** What has the name of `ref` and may name it. */
  #namesakes({ typeUrl, name }: ResourceRef): Entry[] {
    return (NAMED_BY[typeUrl] ?? []).flatMap((type) => this.#entryOf({ typeUrl: type, name }) ?? [])
  }

  #countAcknowledged(resource: XdsResource | UnknownResource | undefined, by: 1 | -1): void {
    if (!isKnown(resource)) return
    this.#acknowledged.add(resource, by)
  }

  #count(typeUrl: TypeUrl, resource: Held, by: 1 | -1): void {
    if (resource === undefined || resource === REMOVAL) return
    if (isKnown(resource)) {
      this.#all.add(resource, by)
      return
    }
    for (const named of MAY_NAME[typeUrl] ?? []) {
      const count = (this.#unknown.get(named) ?? 0) + by
      if (count === 0) this.#unknown.delete(named)
      else this.#unknown.set(named, count)
    }
  }
}
