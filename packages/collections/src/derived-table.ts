import type { CollectionOptions, TransformMany } from './collection.ts'
import type { GraphHost, GraphNode } from './node.ts'
import { byCodeUnit, type Table } from './table.ts'
import { TransformingTable } from './transforming-table.ts'

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>()

/**
 * Any number of outputs of a transformation for each entry of another collection. If two inputs claim one output key, the
 * input with the least key has it, whatever came first.
 */
export class DerivedTable<I, O> extends TransformingTable<O> {
  readonly #source: Table<I>
  readonly #transform: TransformMany<I, O>
  readonly #outputs = new Map<string, ReadonlyMap<string, O>>()
  /** Inputs that claim an output key: one, or several, least first. A key may be claimed by all inputs. */
  readonly #claims = new Map<string, string | string[]>()

  constructor(
    host: GraphHost,
    name: string,
    rank: number,
    source: Table<I>,
    transform: TransformMany<I, O>,
    options: CollectionOptions<O>,
  ) {
    super(host, name, rank, options)
    this.#source = source
    this.#transform = transform
    source.dependents.add(this)
    for (const key of source.keys()) this.mark(key)
  }

  protected markInputs(upstream: GraphNode, touched: Iterable<string>): void {
    if (upstream === this.#source) for (const key of touched) this.mark(key)
  }

  protected run(input: string): void {
    const value = this.#source.get(input)
    const outputs = value === undefined ? NOTHING : new Map(this.#transform(value, this.readerFor(input), input))
    this.#replace(input, outputs)
  }

  #replace(input: string, outputs: ReadonlyMap<string, O>): void {
    const former: ReadonlyMap<string, O> = this.#outputs.get(input) ?? NOTHING
    if (outputs.size === 0) this.#outputs.delete(input)
    else this.#outputs.set(input, outputs)
    for (const key of former.keys()) {
      if (outputs.has(key)) continue
      this.#unclaim(key, input)
      this.#award(key)
    }
    for (const key of outputs.keys()) {
      if (!former.has(key)) this.#claim(key, input)
      this.#award(key)
    }
  }

  #claim(key: string, input: string): void {
    const others = this.#claims.get(key)
    if (others === undefined) this.#claims.set(key, input)
    else if (typeof others === 'string') this.#claims.set(key, [others, input].sort(byCodeUnit))
    else others.splice(placeIn(others, input), 0, input)
  }

  #unclaim(key: string, input: string): void {
    const claims = this.#claims.get(key)
    if (typeof claims === 'object') claims.splice(placeIn(claims, input), 1)
    if (typeof claims === 'string' || claims?.length === 0) this.#claims.delete(key)
  }

  #award(key: string): void {
    const claims = this.#claims.get(key)
    const owner = typeof claims === 'object' ? claims[0] : claims
    this.write(key, owner === undefined ? undefined : this.#outputs.get(owner)?.get(key))
  }
}

/** Where `text` is in a sorted list, or would be. */
function placeIn(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (byCodeUnit(sorted[middle] as string, text) < 0) low = middle + 1
    else high = middle
  }
  return low
}
