/** How many client connections a process may have at once. */
export interface ConnectionLimit {
  readonly max: number
  /** A 32-bit count for each worker, which all of them can see. */
  readonly counts: SharedArrayBuffer
}

export function connectionLimit(max: number, workers: number): ConnectionLimit {
  return { max, counts: new SharedArrayBuffer(workers * Int32Array.BYTES_PER_ELEMENT) }
}

/**
 * Counts a worker's client connections against the limit of the whole process (Envoy: global_downstream_max_connections).
 * Without a limit it counts nothing.
 */
export class ConnectionBudget {
  readonly #max: number
  readonly #counts: Int32Array | null
  readonly #worker: number

  /** @param limit undefined = none, @param worker the index of this one */
  constructor(limit: ConnectionLimit | undefined, worker: number) {
    this.#max = limit?.max ?? Number.POSITIVE_INFINITY
    this.#counts = limit === undefined ? null : new Int32Array(limit.counts)
    this.#worker = worker
  }

  /** Workers that ask at the same moment may all be let through. */
  get exhausted(): boolean {
    if (this.#counts === null) return false
    let sum = 0
    for (let worker = 0; worker < this.#counts.length; worker += 1) sum += Atomics.load(this.#counts, worker)
    return sum >= this.#max
  }

  opened(): void {
    if (this.#counts !== null) Atomics.add(this.#counts, this.#worker, 1)
  }

  closed(): void {
    if (this.#counts !== null) Atomics.sub(this.#counts, this.#worker, 1)
  }

  /** The worker has died, and its connections with it. */
  forget(): void {
    if (this.#counts !== null) Atomics.store(this.#counts, this.#worker, 0)
  }
}
