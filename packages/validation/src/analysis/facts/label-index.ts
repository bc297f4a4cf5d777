import type { Labels } from '../loose.ts'
import { selects } from './selector.ts'

/** Finds what has labels, looking only at those that have the rarest of them. */
export class LabelIndex<Item extends { readonly labels: Labels }> {
  readonly all: readonly Item[]
  /** By `name=value`. */
  readonly #byLabel = new Map<string, Item[]>()

  constructor(all: readonly Item[]) {
    this.all = all
    for (const item of all) {
      for (const name in item.labels) {
        const label = `${name}=${item.labels[name]}`
        const having = this.#byLabel.get(label)
        if (having === undefined) this.#byLabel.set(label, [item])
        else having.push(item)
      }
    }
  }

  select(wanted: Labels): readonly Item[] {
    let fewest: readonly Item[] = this.all
    for (const name in wanted) {
      const having = this.#byLabel.get(`${name}=${wanted[name]}`) ?? []
      if (having.length < fewest.length) fewest = having
    }
    return fewest.filter(({ labels }) => selects(wanted, labels))
  }
}
