import type { ProxyNode, ResourceView, ViewSource } from '@mizzen/xds'
import { type ProxySpec, proxySpecOf } from '../model/proxy.ts'
import { digest } from '../translate/digest.ts'
import { Layers } from './layers.ts'
import type { Pipeline } from './pipeline.ts'
import { ProxyView } from './proxy-view.ts'

/** Where the specification of a proxy is that has not come yet; the scope of no other is like it. */
const EXPECTED = 'expected'

/** Gives each connected proxy its view; proxies of the same specification share one. */
export class PipelineViews implements ViewSource {
  readonly #pipeline: Pipeline
  readonly #layers = new Layers()
  /** By scope, as the pipeline's proxies. */
  readonly #views = new Map<string, ProxyView>()
  readonly #ends: (() => void)[]
  /** Answers to `affectedProxies`, by the layers that say so, as long as nobody comes or goes. */
  readonly #affected = new Map<string, readonly string[]>()
  #next: { readonly revision: number; readonly counts: boolean } | undefined
  #announced = 0
  /** Proxies that came or went. */
  #moves = 0

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline
    const { graph, parts, layersOf } = pipeline
    for (const part of parts.list()) this.#layers.apply({ before: undefined, after: part })
    this.#ends = [
      parts.subscribe((changes) => {
        for (const change of changes) this.#layers.apply(change)
      }),
      layersOf.subscribe((changes) => {
        for (const { key, after } of changes) this.#assign(key, after)
      }),
      graph.onCommit(() => this.#commit()),
    ]
  }

  /** The store's revision that the content reflects. */
  get revision(): number {
    return this.#announced
  }

  /** Counts up whenever `affectedProxies` may answer otherwise than before. */
  get uses(): number {
    return this.#layers.uses + this.#moves
  }

  /**
   * The store moved to `revision`; to be said within the transaction that brings it.
   * @param counts whether that is told even where it changes nothing for anybody
   */
  moveTo(revision: number, counts: boolean): void {
    this.#next = { revision, counts: counts || (this.#next?.counts ?? false) }
  }

  viewFor(node: ProxyNode): ResourceView {
    const view = this.viewOf(proxySpecOf(node))
    view.nodes.push(node.id)
    this.#affected.clear()
    this.#moves += 1
    return view
  }

  /** What proxies of this specification have; made if it is not there. */
  viewOf(spec: ProxySpec): ProxyView {
    const scope = scopeOf(spec)
    const known = this.#views.get(scope)
    if (known !== undefined) return known
    const view = new ProxyView(() => this.#announced)
    this.#views.set(scope, view)
    const { graph, proxies } = this.#pipeline
    graph.transaction(() => {
      proxies.set(scope, spec)
      proxies.delete(EXPECTED)
    })
    return view
  }

  /**
   * Translates what a proxy of this specification is going to have, as long as there is no proxy: the first ones, which come
   * together after a restart, then wait for nothing but what is their own.
   */
  expect(spec: ProxySpec): void {
    const { graph, proxies } = this.#pipeline
    if (this.#views.size === 0) graph.transaction(() => proxies.set(EXPECTED, spec))
  }

  release(node: ProxyNode): void {
    const scope = scopeOf(proxySpecOf(node))
    const view = this.#views.get(scope)
    const at = view?.nodes.indexOf(node.id) ?? -1
    if (view === undefined || at === -1) return
    view.nodes.splice(at, 1)
    this.#affected.clear()
    this.#moves += 1
    if (view.nodes.length > 0) return
    this.#views.delete(scope)
    this.#layers.assign(view, [])
    this.#pipeline.graph.transaction(() => this.#pipeline.proxies.delete(scope))
  }

  /**
   * Ids of the connected proxies whose configuration is made from this object, sorted. The same array for all objects that
   * affect the same proxies.
   */
  affectedProxies(origin: string): readonly string[] {
    const layers = this.#layers.layersMadeFrom(origin)
    const key = layers
      .map(({ name }) => name)
      .sort()
      .join(' ')
    let nodes = this.#affected.get(key)
    if (nodes === undefined) {
      const views = layers.flatMap((layer) => [...this.#layers.viewsOf(layer)])
      nodes = [...new Set(views.flatMap((view) => view.nodes))].sort()
      this.#affected.set(key, nodes)
    }
    return nodes
  }

  close(): void {
    for (const end of this.#ends) end()
  }

  #assign(scope: string, layers: readonly string[] | undefined): void {
    const view = this.#views.get(scope)
    if (view !== undefined && layers !== undefined) this.#layers.assign(view, layers)
    this.#affected.clear()
  }

  #commit(): void {
    const changed = [...this.#views.values()].filter((view) => view.changed)
    const next = this.#next
    this.#next = undefined
    const moved = next !== undefined && (next.counts || changed.length > 0)
    if (moved) this.#announced = next.revision
    for (const view of moved ? [...this.#views.values()] : changed) view.commit()
  }
}

/** Names a specification: two proxies with the same one get the same. */
function scopeOf(spec: ProxySpec): string {
  return `${spec.type}/${spec.namespace}/${spec.ip}/${digest(JSON.stringify(spec))}`
}
