import type { ResourceRef, TypeUrl, XdsResource } from '../source.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, EXTENSION_TYPE, LISTENER_TYPE, ROUTE_TYPE, SECRET_TYPE } from '../types.ts'
import type { Entry, UnknownResource } from './entry.ts'
import { isKnown, REMOVAL } from './entry.ts'

/** What a resource of unknown content may name. */
export const MAY_NAME: Readonly<Record<TypeUrl, readonly TypeUrl[]>> = {
  [LISTENER_TYPE]: [ROUTE_TYPE, CLUSTER_TYPE, SECRET_TYPE, EXTENSION_TYPE],
  [ROUTE_TYPE]: [CLUSTER_TYPE],
  [CLUSTER_TYPE]: [ENDPOINT_TYPE, SECRET_TYPE],
}

type Held = XdsResource | UnknownResource | typeof REMOVAL | undefined

/** One text per resource name and type, to key maps with. */
export function refKey(typeUrl: TypeUrl, name: string): string {
  return `${typeUrl}\n${name}`
}

/** Counts by type and name. There may be thousands for each of many proxies, so keys are the names as they are. */
class Counts {
  readonly #byType = new Map<TypeUrl, Map<string, number>>()

  has({ typeUrl, name }: ResourceRef): boolean {
    return this.#byType.get(typeUrl)?.has(name) ?? false
  }

  add({ typeUrl, name }: ResourceRef, by: 1 | -1): void {
    const counts = this.#byType.get(typeUrl) ?? new Map<string, number>()
    this.#byType.set(typeUrl, counts)
    const count = (counts.get(name) ?? 0) + by
    if (count === 0) counts.delete(name)
    else counts.set(name, count)
  }
}

/** Counts, per resource, how often the versions that a client may have in use name it. */
export class References {
  readonly #all = new Counts()
  /** The same, of acknowledged versions alone. */
  readonly #acknowledged = new Counts()
  /** Resources of unknown content, per type that they may name. */
  readonly #unknown = new Map<TypeUrl, number>()

  /** True while something that the client may use names this, or might. */
  has(ref: ResourceRef): boolean {
    return this.#all.has(ref) || this.#unknown.has(ref.typeUrl)
  }

  /** True while something that the client has acknowledged names this. */
  hasAcknowledged(ref: ResourceRef): boolean {
    return this.#acknowledged.has(ref)
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
    entry.refused = refusal
  }

  /** The client has nothing of this any more. */
  clear(typeUrl: TypeUrl, entry: Entry): void {
    this.put(typeUrl, entry, 'good', undefined)
    this.put(typeUrl, entry, 'previous', undefined)
    this.putSent(typeUrl, entry, undefined)
    this.putRefused(typeUrl, entry, undefined)
  }

  #countAcknowledged(resource: XdsResource | UnknownResource | undefined, by: 1 | -1): void {
    if (!isKnown(resource)) return
    for (const ref of resource.refs) this.#acknowledged.add(ref, by)
  }

  #count(typeUrl: TypeUrl, resource: Held, by: 1 | -1): void {
    if (resource === undefined || resource === REMOVAL) return
    if (isKnown(resource)) {
      for (const ref of resource.refs) this.#all.add(ref, by)
      return
    }
    for (const named of MAY_NAME[typeUrl] ?? []) {
      const count = (this.#unknown.get(named) ?? 0) + by
      if (count === 0) this.#unknown.delete(named)
      else this.#unknown.set(named, count)
    }
  }
}
