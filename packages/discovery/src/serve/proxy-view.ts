import { type ResourceView, type TypeUrl, VIRTUAL_HOST_TYPE, type ViewChanges, type XdsResource } from '@mizzen/xds'
import { forHost, wildcardsFor } from '../translate/virtual-host-resource.ts'
import type { Layer } from './layer.ts'

const NO_CHANGES: ViewChanges = new Map()
/** Virtual hosts made from wildcards that are kept; they are cheap to make anew. */
const MAX_DEMANDED = 1_024

interface Demanded {
  readonly wildcard: XdsResource
  readonly resource: XdsResource
}

/** What proxies of one specification are to have: the resources of a few layers, most of which others share. */
export class ProxyView implements ResourceView {
  /** Ids of the nodes that have it, each as often as it is connected. */
  readonly nodes: string[] = []
  readonly #revision: () => number
  readonly #listeners = new Set<(changes: ViewChanges) => void>()
  #layers: readonly Layer[] = []
  /** The layers' resources: a name is looked up several times for each proxy. */
  readonly #byType = new Map<TypeUrl, readonly ReadonlyMap<string, XdsResource>[]>()
  #pending: Map<TypeUrl, Set<string>> | undefined
  /** By name: a virtual host that a proxy has asked for, and the wildcard that answers for it. */
  readonly #demanded = new Map<string, Demanded>()

  constructor(revision: () => number) {
    this.#revision = revision
  }

  get revision(): number {
    return this.#revision()
  }

  get layers(): readonly Layer[] {
    return this.#layers
  }

  /** A resource that is in several layers is the first one's. For a virtual host that is not there a wildcard may answer. */
  get(typeUrl: TypeUrl, name: string): XdsResource | undefined {
    return this.#own(typeUrl, name) ?? (typeUrl === VIRTUAL_HOST_TYPE ? this.#fromWildcard(name) : undefined)
  }

  #own(typeUrl: TypeUrl, name: string): XdsResource | undefined {
    for (const resources of this.#resourcesOf(typeUrl)) {
      const resource = resources.get(name)
      if (resource !== undefined) return resource
    }
    return undefined
  }

  #resourcesOf(typeUrl: TypeUrl): readonly ReadonlyMap<string, XdsResource>[] {
    let resources = this.#byType.get(typeUrl)
    if (resources === undefined) {
      resources = this.#layers.map((layer) => layer.resources(typeUrl))
      this.#byType.set(typeUrl, resources)
    }
    return resources
  }

  #fromWildcard(name: string): XdsResource | undefined {
    for (const candidate of wildcardsFor(name)) {
      const wildcard = this.#own(VIRTUAL_HOST_TYPE, candidate)
      if (wildcard !== undefined) return this.#forHost(wildcard, name)
    }
    return undefined
  }

  #forHost(wildcard: XdsResource, name: string): XdsResource {
    const known = this.#demanded.get(name)
    if (known?.wildcard === wildcard) return known.resource
    const resource = forHost(wildcard, name)
    if (this.#demanded.size >= MAX_DEMANDED) this.#demanded.clear()
    this.#demanded.set(name, { wildcard, resource })
    return resource
  }

  /** What is shared first; by name within each layer. */
  *list(typeUrl: TypeUrl): Iterable<XdsResource> {
    const byLayer = this.#resourcesOf(typeUrl)
    for (const [at, layer] of [...this.#layers.entries()].reverse()) {
      for (const name of layer.names(typeUrl)) {
        const resource = layer.get(typeUrl, name)
        // The same object may be in two layers.
        const isFirst = byLayer.findIndex((resources) => resources.has(name)) === at
        if (resource !== undefined && isFirst) yield resource
      }
    }
  }

  subscribe(listener: (changes: ViewChanges) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** From now on it is made of these; told at the next `commit`. */
  setLayers(layers: readonly Layer[]): void {
    const before = this.#layers
    this.#layers = layers
    this.#byType.clear()
    if (this.#listeners.size === 0) return
    for (const layer of [...before, ...layers]) {
      if (before.includes(layer) && layers.includes(layer)) continue
      for (const { typeUrl, name } of layer) this.touch(typeUrl, name)
    }
  }

  /** A resource of this view changed; told at the next `commit`. */
  touch(typeUrl: TypeUrl, name: string): void {
    // Whoever comes later begins with what is there then.
    if (this.#listeners.size === 0) return
    this.#pending ??= new Map()
    const names = this.#pending.get(typeUrl)
    if (names === undefined) this.#pending.set(typeUrl, new Set([name]))
    else names.add(name)
  }

  /** Something is touched and not told. */
  get changed(): boolean {
    return this.#pending !== undefined
  }

  /** Tells of what was touched; of nothing, if only the revision moved. */
  commit(): void {
    const changes = this.#pending ?? NO_CHANGES
    this.#pending = undefined
    for (const listener of [...this.#listeners]) listener(changes)
  }
}
