import type { Action } from '../decide/action.ts'
import type { RolloutState } from '../decide/state.ts'
import type { Sample } from '../judge/sample.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { FailedRequest } from '../report/failed-request.ts'

/** One line of a rollout's record: what was seen, and what was done about it. */
export type Entry =
  | { readonly kind: 'sample'; readonly sample: Sample }
  | {
      readonly kind: 'decision'
      readonly at: number
      readonly state: RolloutState
      readonly actions: readonly Action[]
      /** Of the moment; only with decisions that rest on it. */
      readonly verdict?: Verdict
      /** Requests to the canary that failed lately, newest first; only with decisions that go back. */
      readonly failures?: readonly FailedRequest[]
    }

export interface Remembered {
  readonly state: RolloutState | null
  readonly entries: readonly Entry[]
  readonly problem?: string
}

/** What outlives the controller: the state of each rollout, and its record from the beginning of the present try. */
export interface RolloutMemory {
  /** What can't be read counts as not there, with the `problem`. */
  load(key: string): Promise<Remembered>
  /** The state alone, of which another control plane may be the writer; null where it can't be read. */
  loadState(key: string): Promise<RolloutState | null>
  /** Resolves when a crash can't lose it any more. Weights are set after that, never before. */
  saveState(key: string, state: RolloutState): Promise<void>
  /** Adds to the record; `fresh` begins a new one. May lose the last second in a crash. */
  append(key: string, entries: readonly Entry[], fresh: boolean): void
  forget(key: string): Promise<void>
}

/** For tests, and for a mesh without a state directory. */
export class VolatileMemory implements RolloutMemory {
  readonly #states = new Map<string, RolloutState>()
  readonly #entries = new Map<string, Entry[]>()

  async load(key: string) {
    return { state: this.#states.get(key) ?? null, entries: this.#entries.get(key) ?? [] }
  }

  async loadState(key: string) {
    return this.#states.get(key) ?? null
  }

  async saveState(key: string, state: RolloutState): Promise<void> {
    this.#states.set(key, state)
  }

  append(key: string, entries: readonly Entry[], fresh: boolean): void {
    this.#entries.set(key, fresh ? [...entries] : [...(this.#entries.get(key) ?? []), ...entries])
  }

  async forget(key: string): Promise<void> {
    this.#states.delete(key)
    this.#entries.delete(key)
  }
}
