import type { Change } from '@mizzen/collections'
import type { XdsResource } from '@mizzen/xds'
import { Layer, type LayerPart, type OriginListener } from './layer.ts'
import type { ProxyView } from './proxy-view.ts'

/** The layers that there are, who has them, and which objects they are made from. */
export class Layers implements OriginListener {
  readonly #layers = new Map<string, Layer>()
  readonly #views = new Map<Layer, Set<ProxyView>>()
  readonly #byOrigin = new Map<string, Set<Layer>>()
  #uses = 0

  /** Counts up whenever `layersMadeFrom`, or who has those layers, may be different. */
  get uses(): number {
    return this.#uses
  }

  /** A part came, changed or went. */
  apply({ before, after }: Pick<Change<LayerPart>, 'before' | 'after'>): void {
    const kept = new Set(before?.layer === after?.layer ? after?.resources.map(nameOf) : [])
    for (const resource of before?.resources ?? []) if (!kept.has(nameOf(resource))) this.#remove(before, resource)
    for (const resource of after?.resources ?? []) this.#put(after, resource)
    if (after?.origins !== undefined) this.#layer(after.layer).countOrigins(after.origins, 1)
    if (before?.origins !== undefined) this.#uncount(before.layer, before.origins)
  }

  /** Gives a view exactly these layers; none when it goes. */
  assign(view: ProxyView, names: readonly string[]): void {
    this.#uses += 1
    const layers = names.map((name) => this.#layer(name))
    for (const layer of layers) this.#views.get(layer)?.add(view)
    const gone = view.layers.filter((layer) => !layers.includes(layer))
    view.setLayers(layers)
    for (const layer of gone) {
      this.#views.get(layer)?.delete(view)
      this.#dropUnused(layer)
    }
  }

  /** Layers that together are at every view that has something made from this object, and as few as will do. */
  layersMadeFrom(origin: string): readonly Layer[] {
    const layers = [...(this.#byOrigin.get(origin) ?? [])]
    if (layers.length < 2) return layers
    const [widest, ...others] = layers.sort((left, right) => this.viewsOf(right).size - this.viewsOf(left).size)
    if (widest === undefined) return []
    const further = others.filter((layer) => [...this.viewsOf(layer)].some((view) => !view.layers.includes(widest)))
    return [widest, ...further]
  }

  viewsOf(layer: Layer): ReadonlySet<ProxyView> {
    return this.#views.get(layer) ?? NO_VIEWS
  }

  gained(origin: string, layer: Layer): void {
    this.#uses += 1
    const layers = this.#byOrigin.get(origin)
    if (layers === undefined) this.#byOrigin.set(origin, new Set([layer]))
    else layers.add(layer)
  }

  lost(origin: string, layer: Layer): void {
    this.#uses += 1
    const layers = this.#byOrigin.get(origin)
    layers?.delete(layer)
    if (layers?.size === 0) this.#byOrigin.delete(origin)
  }

  #put({ layer: name }: LayerPart = NOWHERE, resource: XdsResource): void {
    const layer = this.#layer(name)
    if (layer.put(resource)) this.#touch(layer, resource)
  }

  #remove({ layer: name }: LayerPart = NOWHERE, resource: XdsResource): void {
    const layer = this.#layer(name)
    layer.remove(resource)
    this.#touch(layer, resource)
    this.#dropUnused(layer)
  }

  #uncount(name: string, origins: readonly string[]): void {
    const layer = this.#layer(name)
    layer.countOrigins(origins, -1)
    this.#dropUnused(layer)
  }

  #touch(layer: Layer, { typeUrl, name }: XdsResource): void {
    for (const view of this.viewsOf(layer)) view.touch(typeUrl, name)
  }

  #layer(name: string): Layer {
    let layer = this.#layers.get(name)
    if (layer === undefined) {
      layer = new Layer(name, this)
      this.#layers.set(name, layer)
      this.#views.set(layer, new Set())
    }
    return layer
  }

  #dropUnused(layer: Layer): void {
    if (!layer.empty || this.viewsOf(layer).size > 0) return
    this.#layers.delete(layer.name)
    this.#views.delete(layer)
  }
}

const NO_VIEWS: ReadonlySet<ProxyView> = new Set()
const NOWHERE: LayerPart = { layer: '', resources: [] }

function nameOf({ typeUrl, name }: XdsResource): string {
  return `${typeUrl} ${name}`
}
