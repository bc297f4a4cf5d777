import type { CollectionOptions, TransformPair } from './collection.ts'
import type { GraphHost, GraphNode } from './node.ts'
import type { Table } from './table.ts'
import { TransformingTable } from './transforming-table.ts'

/** The key of what a product makes of two entries. Keys of the left side hold no tab. */
export function pairKey(left: string, right: string): string {
  return `${left}\t${right}`
}

/** At most one output for each pair of entries of two collections. One entry that changes runs its pairs, and no others. */
export class ProductTable<L, R, O> extends TransformingTable<O> {
  readonly #left: Table<L>
  readonly #right: Table<R>
  readonly #transform: TransformPair<L, R, O>

  constructor(
    host: GraphHost,
    name: string,
    rank: number,
    sides: readonly [left: Table<L>, right: Table<R>],
    transform: TransformPair<L, R, O>,
    options: CollectionOptions<O>,
  ) {
    super(host, name, rank, options)
    this.#left = sides[0]
    this.#right = sides[1]
    this.#transform = transform
    for (const side of sides) side.dependents.add(this)
    this.markInputs(this.#left, this.#left.keys())
  }

  protected markInputs(upstream: GraphNode, touched: Iterable<string>): void {
    for (const key of touched) {
      if (upstream === this.#left) for (const right of this.#right.keys()) this.mark(pairKey(key, right))
      if (upstream === this.#right) for (const left of this.#left.keys()) this.mark(pairKey(left, key))
    }
    this.#markGone(upstream, touched)
  }

  /** Pairs whose other half went in the same transaction are found by neither loop above. */
  #markGone(upstream: GraphNode, touched: Iterable<string>): void {
    const [isLeft, isRight] = [upstream === this.#left, upstream === this.#right]
    const gone = new Set<string>()
    for (const key of touched) {
      if ((isLeft && this.#left.get(key) === undefined) || (isRight && this.#right.get(key) === undefined))
        gone.add(key)
    }
    if (gone.size === 0) return
    for (const pair of this.keys()) {
      const [left, right] = halves(pair)
      if ((isLeft && gone.has(left)) || (isRight && gone.has(right))) this.mark(pair)
    }
  }

  protected run(pair: string): void {
    const [leftKey, rightKey] = halves(pair)
    const left = this.#left.get(leftKey)
    const right = this.#right.get(rightKey)
    const both = left !== undefined && right !== undefined
    this.write(pair, both ? this.#transform(left, right, this.readerFor(pair)) : undefined)
  }
}

function halves(pair: string): [left: string, right: string] {
  const at = pair.indexOf('\t')
  return [pair.slice(0, at), pair.slice(at + 1)]
}
