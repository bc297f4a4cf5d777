import { createHash } from 'node:crypto'
import type { Change } from '@mizzen/collections'
import type { ProxyNode, ResourceView, ViewSource } from '@mizzen/xds'
import { type ProxySpec, proxySpecOf } from '../model/proxy.ts'
import type { Assigned } from './assigned.ts'
import type { Pipeline } from './pipeline.ts'
import { ProxyView } from './proxy-view.ts'

interface Served {
  readonly view: ProxyView
  /** Ids of the nodes that have it, each as often as it is connected. */
  readonly nodes: string[]
}

/** Gives each connected proxy its view; proxies of the same specification share one. */
export class PipelineViews implements ViewSource {
  readonly #pipeline: Pipeline
  readonly #served = new Map<string, Served>()
  readonly #byScope = new Map<string, Set<ProxyView>>()
  readonly #ends: (() => void)[]
  #revision = 0
  #announced = 0

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline
    const { graph, ofNamespaces, ofProxies } = pipeline
    const touch = (changes: readonly Change<Assigned>[]) => this.#touch(changes)
    this.#ends = [
      ofNamespaces.resources.subscribe(touch),
      ofProxies.resources.subscribe(touch),
      graph.onCommit(() => this.#commit()),
    ]
  }

  /** The store's revision that the content reflects; to be set within the transaction that brings it. */
  set revision(revision: number) {
    this.#revision = revision
  }

  viewFor(node: ProxyNode): ResourceView {
    const spec = proxySpecOf(node)
    const scope = scopeOf(spec)
    const known = this.#served.get(scope)
    if (known !== undefined) {
      known.nodes.push(node.id)
      return known.view
    }
    const view = new ProxyView(this.#pipeline, scope, spec, () => this.#revision)
    this.#served.set(scope, { view, nodes: [node.id] })
    for (const one of view.scopes) this.#byScope.set(one, new Set([...(this.#byScope.get(one) ?? []), view]))
    this.#pipeline.graph.transaction(() => this.#pipeline.proxies.set(scope, spec))
    return view
  }

  release(node: ProxyNode): void {
    const scope = scopeOf(proxySpecOf(node))
    const served = this.#served.get(scope)
    const at = served?.nodes.indexOf(node.id) ?? -1
    if (served === undefined || at === -1) return
    served.nodes.splice(at, 1)
    if (served.nodes.length > 0) return
    this.#served.delete(scope)
    for (const one of served.view.scopes) this.#leave(one, served.view)
    this.#pipeline.graph.transaction(() => this.#pipeline.proxies.delete(scope))
  }

  /** Ids of the connected proxies whose configuration is made from this object, sorted. */
  affectedProxies(origin: string): string[] {
    const { ofNamespaces, ofProxies } = this.#pipeline
    const assigned = [...ofProxies.madeFrom.lookup(origin), ...ofNamespaces.madeFrom.lookup(origin)]
    const scopes = new Set(assigned.map(({ scope }) => scope))
    const served = [...this.#served.values()].filter(({ view }) => view.scopes.some((scope) => scopes.has(scope)))
    return [...new Set(served.flatMap(({ nodes }) => nodes))].sort()
  }

  close(): void {
    for (const end of this.#ends) end()
  }

  #touch(changes: readonly Change<Assigned>[]): void {
    for (const { before, after } of changes) {
      const assigned = after ?? before
      if (assigned === undefined) continue
      const { typeUrl, name } = assigned.resource
      for (const view of this.#byScope.get(assigned.scope) ?? []) view.touch(typeUrl, name)
    }
  }

  #commit(): void {
    const moved = this.#revision !== this.#announced
    this.#announced = this.#revision
    for (const { view } of [...this.#served.values()]) view.commit(moved)
  }

  #leave(scope: string, view: ProxyView): void {
    const views = this.#byScope.get(scope)
    views?.delete(view)
    if (views?.size === 0) this.#byScope.delete(scope)
  }
}

/** Names a specification: two proxies with the same one get the same. */
export function scopeOf(spec: ProxySpec): string {
  const digest = createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 16)
  return `proxy/${spec.type}/${spec.namespace}/${spec.ip}/${digest}`
}
