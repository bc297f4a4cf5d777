interface Entry<H> {
  readonly host: H
  /** Virtual time at which it is its turn. */
  deadline: number
  /** Ties go to whoever waited longer. */
  order: number
}

/**
 * Earliest deadline first: hosts come up in proportion to their weights, spread evenly (as Envoy's EdfScheduler). A binary
 * heap; a pick costs O(log n).
 */
export class EdfSchedule<H> {
  readonly #heap: Entry<H>[] = []
  readonly #weightOf: (host: H) => number
  #order = 0

  /** @param weightOf greater than 0; asked again at each turn, so it may change */
  constructor(hosts: readonly H[], weightOf: (host: H) => number) {
    this.#weightOf = weightOf
    for (const host of hosts) this.#push({ host, deadline: 1 / weightOf(host), order: this.#order++ })
  }

  /** The next in turn, which goes to the back of the line. The schedule must not be empty. */
  next(): H {
    const top = this.#heap[0] as Entry<H>
    top.deadline += 1 / this.#weightOf(top.host)
    top.order = this.#order++
    this.#sink()
    return top.host
  }

  #push(entry: Entry<H>): void {
    const heap = this.#heap
    heap.push(entry)
    let at = heap.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(entry, heap[parent] as Entry<H>)) break
      heap[at] = heap[parent] as Entry<H>
      at = parent
    }
    heap[at] = entry
  }

  #sink(): void {
    const heap = this.#heap
    const entry = heap[0] as Entry<H>
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1] as Entry<H>, heap[child] as Entry<H>)) child += 1
      if (!before(heap[child] as Entry<H>, entry)) break
      heap[at] = heap[child] as Entry<H>
      at = child
    }
    heap[at] = entry
  }
}

function before<H>(a: Entry<H>, b: Entry<H>): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order)
}
