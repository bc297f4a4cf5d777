import { Tally, type TallyKey } from './tally.ts'
import type { TrafficQuery } from './traffic-totals.ts'

/** Tallies kept; what would need further ones is not counted here. */
const MOST_TALLIES = 4_000
/** How far back windows can reach, ms. */
const LONGEST_WINDOW_MS = 120_000
/** A tally that nothing was added to for so long is forgotten, ms. */
const IDLE_MS = 3_600_000

/** The tallies of the mesh: who was asked how much, by which route. */
export class TrafficTable {
  readonly #tallies = new Map<string, Tally>()
  #dropped = 0

  /** Undefined if there is no room for another one. */
  find(key: TallyKey): Tally | undefined {
    const text = [key.reporter, key.service, key.namespace, key.workload, key.version, key.route].join('\n')
    const known = this.#tallies.get(text)
    if (known !== undefined) return known
    if (this.#tallies.size >= MOST_TALLIES) {
      this.#dropped += 1
      return undefined
    }
    const tally = new Tally(key)
    this.#tallies.set(text, tally)
    return tally
  }

  /** Times that `find` had no room. */
  get dropped(): number {
    return this.#dropped
  }

  get all(): Iterable<Tally> {
    return this.#tallies.values()
  }

  matching(query: TrafficQuery): readonly Tally[] {
    const wanted = (value: string, asked: string | undefined) => asked === undefined || asked === value
    return [...this.#tallies.values()].filter(
      ({ service, namespace, workload }) =>
        wanted(service, query.service) && wanted(namespace, query.namespace) && wanted(workload, query.workload),
    )
  }

  /** @param nowMs monotonic */
  slice(nowMs: number): void {
    for (const [text, tally] of this.#tallies) {
      tally.slice(nowMs, LONGEST_WINDOW_MS)
      if (tally.lastChangeMs < nowMs - IDLE_MS) this.#tallies.delete(text)
    }
  }
}
