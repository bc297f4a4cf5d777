import type { Trace } from './trace.ts'

/** Kept of each group: service and name of the root. */
const FAILED = 10
const SLOWEST = 10
const NEWEST = 5
/** A trace is forgotten after this long, ms: what is slow is slow among those of the last hour. */
const MAX_AGE_MS = 3_600_000

export interface KeptLimits {
  readonly groups: number
  readonly bytes: number
}

const DEFAULT_LIMITS: KeptLimits = { groups: 500, bytes: 32 * 2 ** 20 }

/** Traces that are over: of each group the failed, the slowest and a few of the newest. The group that is idle longest goes first. */
export class KeptTraces {
  readonly #limits: KeptLimits
  readonly #byId = new Map<string, Trace>()
  /** Least recently used first; traces in the order in which they came. */
  readonly #groups = new Map<string, readonly Trace[]>()
  #bytes = 0

  constructor(limits: KeptLimits = DEFAULT_LIMITS) {
    this.#limits = limits
  }

  get size(): number {
    return this.#byId.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get all(): Iterable<Trace> {
    return this.#byId.values()
  }

  get(id: string): Trace | undefined {
    return this.#byId.get(id)
  }

  add(trace: Trace): void {
    const { group } = trace
    const before = this.#groups.get(group) ?? []
    this.#byId.set(trace.id, trace)
    this.#bytes += trace.bytes
    this.#groups.delete(group)
    this.#put(group, [...before, trace], worthKeeping([...before, trace]))
    this.#makeRoom()
  }

  /** A span came late: the trace has grown by so much. */
  grown(bytes: number): void {
    this.#bytes += bytes
    this.#makeRoom()
  }

  /** @param nowMs monotonic */
  expire(nowMs: number): void {
    for (const [group, traces] of this.#groups) {
      const young = traces.filter(({ sinceMs }) => sinceMs > nowMs - MAX_AGE_MS)
      if (young.length < traces.length) this.#put(group, traces, young)
    }
  }

  #makeRoom(): void {
    for (const [group, traces] of this.#groups) {
      if (this.#groups.size <= this.#limits.groups && this.#bytes <= this.#limits.bytes) return
      // The last group gives its oldest traces.
      const left = this.#groups.size > 1 ? [] : traces.slice(1)
      this.#put(group, traces, left)
    }
  }

  #put(group: string, before: readonly Trace[], after: readonly Trace[]): void {
    for (const trace of before) {
      if (after.includes(trace)) continue
      this.#byId.delete(trace.id)
      this.#bytes -= trace.bytes
    }
    if (after.length === 0) this.#groups.delete(group)
    else this.#groups.set(group, after)
  }
}

/** In the order given: the newest of the failed, the slowest, the newest. */
function worthKeeping(traces: readonly Trace[]): readonly Trace[] {
  if (traces.length <= NEWEST) return traces
  const worth = new Set([
    ...traces.filter(({ failed }) => failed).slice(-FAILED),
    ...traces.toSorted((a, b) => b.duration - a.duration).slice(0, SLOWEST),
    ...traces.slice(-NEWEST),
  ])
  return traces.filter((trace) => worth.has(trace))
}
