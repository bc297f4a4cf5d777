import type { ResourceView, TypeUrl, ViewChanges, XdsResource } from '@mizzen/xds'
import type { ProxySpec } from '../model/proxy.ts'
import { assignedKey } from './assigned.ts'
import { namespaceScope } from './namespace-resources.ts'
import type { Pipeline } from './pipeline.ts'

const NO_CHANGES: ViewChanges = new Map()

/** What proxies of one specification are to have: the resources of their namespace, and their own. */
export class ProxyView implements ResourceView {
  /** Its own, then its namespace's. */
  readonly scopes: readonly [own: string, namespace: string]
  readonly #pipeline: Pipeline
  readonly #revision: () => number
  readonly #listeners = new Set<(changes: ViewChanges) => void>()
  #pending: Map<TypeUrl, Set<string>> | undefined

  constructor(pipeline: Pipeline, scope: string, spec: ProxySpec, revision: () => number) {
    this.#pipeline = pipeline
    this.#revision = revision
    this.scopes = [scope, namespaceScope(spec.namespace)]
  }

  get revision(): number {
    return this.#revision()
  }

  get(typeUrl: TypeUrl, name: string): XdsResource | undefined {
    const { ofProxies, ofNamespaces } = this.#pipeline
    const [own, namespace] = this.scopes
    const assigned =
      ofProxies.resources.get(assignedKey(own, typeUrl, name)) ??
      ofNamespaces.resources.get(assignedKey(namespace, typeUrl, name))
    return assigned?.resource
  }

  /** Ordered by name within each scope. */
  list(typeUrl: TypeUrl): XdsResource[] {
    const { ofProxies, ofNamespaces } = this.#pipeline
    const [own, namespace] = this.scopes
    return [
      ...ofNamespaces.ofType.lookup(`${namespace} ${typeUrl}`),
      ...ofProxies.ofType.lookup(`${own} ${typeUrl}`),
    ].map(({ resource }) => resource)
  }

  subscribe(listener: (changes: ViewChanges) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** A resource of this view changed; told at the next `commit`. */
  touch(typeUrl: TypeUrl, name: string): void {
    this.#pending ??= new Map()
    const names = this.#pending.get(typeUrl)
    if (names === undefined) this.#pending.set(typeUrl, new Set([name]))
    else names.add(name)
  }

  /** Tells of what was touched; of nothing, if only the revision moved. */
  commit(revisionMoved: boolean): void {
    const changes = this.#pending
    this.#pending = undefined
    if (changes === undefined && !revisionMoved) return
    for (const listener of [...this.#listeners]) listener(changes ?? NO_CHANGES)
  }
}
