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
  /** Inputs that claim an output key: one, or several, least first. */
  readonly #claims = new Map<string, string | readonly string[]>()

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

  #claimants(key: string): readonly string[] {
    const claims = this.#claims.get(key)
    return claims === undefined ? [] : typeof claims === 'string' ? [claims] : claims
  }

  #claim(key: string, input: string): void {
    const others = this.#claimants(key)
    this.#claims.set(key, others.length === 0 ? input : [...others, input].sort(byCodeUnit))
  }

  #unclaim(key: string, input: string): void {
    const rest = this.#claimants(key).filter((other) => other !== input)
    if (rest.length === 0) this.#claims.delete(key)
    else this.#claims.set(key, rest)
  }

  #award(key: string): void {
    const owner = this.#claimants(key)[0]
    this.write(key, owner === undefined ? undefined : this.#outputs.get(owner)?.get(key))
  }
}
