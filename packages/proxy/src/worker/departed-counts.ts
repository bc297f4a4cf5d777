import { type StatKey, statName } from '../telemetry/stat.ts'
import { MERGE } from './merge-snapshots.ts'
import type { Snapshot } from './snapshot.ts'

/** What only goes up. */
type Counts = Pick<Snapshot, 'stats' | 'histograms' | 'istio'>

const NONE: Counts = { stats: [], histograms: [], istio: { http: [], tcp: [], routes: [] } }

/**
 * Keeps the process's counters from going back when a worker dies: what the dead one was last seen to have counted goes
 * on being added. What it counted after it was last asked is lost; it is asked every few seconds (`ProxyProgram`).
 */
export class DepartedCounts {
  /** Of the workers that live, by their index. */
  readonly #seen = new Map<number, Counts>()
  #departed = NONE

  /** A worker has answered. */
  note<P extends keyof Snapshot>(worker: number, part: P, value: Snapshot[P]): void {
    if (!Object.hasOwn(NONE, part)) return
    const seen = { ...(this.#seen.get(worker) ?? NONE), [part]: value } as Counts
    const stats =
      part === 'stats' ? seen.stats.filter(({ kind, value }) => kind === 'counter' && value > 0) : seen.stats
    this.#seen.set(worker, { ...seen, stats })
  }

  /** It has died, and who takes its place begins at 0. */
  depart(worker: number): void {
    const seen = this.#seen.get(worker)
    if (seen === undefined) return
    this.#seen.delete(worker)
    const before = this.#departed
    this.#departed = {
      stats: MERGE.stats([before.stats, seen.stats]),
      histograms: MERGE.histograms([before.histograms, seen.histograms]),
      istio: MERGE.istio([before.istio, seen.istio]),
    }
  }

  /** The answers of those that live, and what the dead had counted of what there still is. */
  beside<P extends keyof Snapshot>(part: P, living: readonly Snapshot[P][]): readonly Snapshot[P][] {
    if (this.#departed === NONE || !Object.hasOwn(NONE, part)) return living
    if (part === 'istio') return [...living, this.#departed.istio as Snapshot[P]]
    const owners = new Set((living as readonly (readonly StatKey[])[]).flat().map(ownerKey))
    const departed = this.#departed[part as 'stats' | 'histograms'] as readonly StatKey[]
    return [...living, departed.filter((stat) => owners.has(ownerKey(stat))) as unknown as Snapshot[P]]
  }
}

function ownerKey({ scope, owner }: StatKey): string {
  return statName({ scope, owner, name: '' })
}
