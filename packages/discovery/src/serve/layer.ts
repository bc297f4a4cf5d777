import type { TypeUrl, XdsResource } from '@mizzen/xds'
import { sameResource } from '../translate/resource.ts'

/** Resources that go to the same proxies together: part of a layer. */
export interface LayerPart {
  readonly layer: string
  readonly resources: readonly XdsResource[]
  /** Objects that the layer as a whole depends on, beside those that its resources are made from. */
  readonly origins?: readonly string[]
}

/** Resources are the same values as long as they are equal, so lists are compared by identity. */
export const LAYER_PART_EQUALITY = {
  equals: (left: LayerPart, right: LayerPart) =>
    left.layer === right.layer &&
    left.resources.length === right.resources.length &&
    left.resources.every((resource, index) => resource === right.resources[index]) &&
    left.origins?.join() === right.origins?.join(),
}

/** What `origins` of its resources changed for a layer. */
export interface OriginListener {
  gained(origin: string, layer: Layer): void
  lost(origin: string, layer: Layer): void
}

/** The resources that a group of proxies share, by type and name. Within a layer each is in one part. */
export class Layer {
  readonly name: string
  /** A map, once made, stays. */
  readonly #types = new Map<TypeUrl, Map<string, XdsResource>>()
  /** Sorted by name; made when first asked for after names came or went. */
  readonly #sorted = new Map<TypeUrl, readonly string[]>()
  /** How many resources are made from an object. */
  readonly #origins = new Map<string, number>()
  readonly #listener: OriginListener

  constructor(name: string, listener: OriginListener) {
    this.name = name
    this.#listener = listener
  }

  get empty(): boolean {
    return this.#origins.size === 0 && [...this.#types.values()].every(({ size }) => size === 0)
  }

  /** A part depends on these, from now on (1) or no longer (-1). */
  countOrigins(origins: readonly string[], by: 1 | -1): void {
    for (const origin of origins) this.#count(origin, by)
  }

  get(typeUrl: TypeUrl, name: string): XdsResource | undefined {
    return this.#types.get(typeUrl)?.get(name)
  }

  /** Those of a type by name, whatever changes later. */
  resources(typeUrl: TypeUrl): ReadonlyMap<string, XdsResource> {
    return this.#resources(typeUrl)
  }

  #resources(typeUrl: TypeUrl): Map<string, XdsResource> {
    let resources = this.#types.get(typeUrl)
    if (resources === undefined) this.#types.set(typeUrl, (resources = new Map()))
    return resources
  }

  names(typeUrl: TypeUrl): readonly string[] {
    let names = this.#sorted.get(typeUrl)
    if (names === undefined) this.#sorted.set(typeUrl, (names = [...(this.#types.get(typeUrl)?.keys() ?? [])].sort()))
    return names
  }

  *[Symbol.iterator](): Iterator<XdsResource> {
    for (const resources of this.#types.values()) yield* resources.values()
  }

  /** Returns whether that changed anything. */
  put(resource: XdsResource): boolean {
    const { typeUrl, name } = resource
    const before = this.get(typeUrl, name)
    if (before !== undefined && sameResource(before, resource)) return false
    this.#resources(typeUrl).set(name, resource)
    if (before === undefined) this.#sorted.delete(typeUrl)
    if (before?.origins !== resource.origins) {
      for (const origin of resource.origins) this.#count(origin, 1)
      for (const origin of before?.origins ?? []) this.#count(origin, -1)
    }
    return true
  }

  remove({ typeUrl, name }: XdsResource): void {
    const resources = this.#types.get(typeUrl)
    const before = resources?.get(name)
    if (resources === undefined || before === undefined) return
    resources.delete(name)
    this.#sorted.delete(typeUrl)
    for (const origin of before.origins) this.#count(origin, -1)
  }

  #count(origin: string, by: 1 | -1): void {
    const count = (this.#origins.get(origin) ?? 0) + by
    if (count === 0) {
      this.#origins.delete(origin)
      this.#listener.lost(origin, this)
      return
    }
    this.#origins.set(origin, count)
    if (count === 1 && by === 1) this.#listener.gained(origin, this)
  }
}
