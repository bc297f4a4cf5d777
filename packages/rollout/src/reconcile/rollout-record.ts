import { formatError } from '@mizzen/base'
import type { Decision } from '../decide/action.ts'
import type { Sample } from '../judge/sample.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { FailedRequest } from '../report/failed-request.ts'
import { type Report, ReportLog } from '../report/report.ts'
import type { Entry, RolloutMemory } from './memory.ts'
import type { Scene } from './observe.ts'
import type { Trouble } from './trouble.ts'

/** Requests to a workload that failed since then (ms since the epoch), newest first. */
export type FailuresSince = (
  workload: { readonly namespace: string; readonly name: string },
  sinceMs: number,
) => readonly FailedRequest[]

interface RecordDeps {
  readonly memory: RolloutMemory
  readonly failures: FailuresSince
}

/** What is written down of the present try: its reports and replays are made of it, and no decision is. */
export class RolloutRecord {
  readonly #key: string
  readonly #deps: RecordDeps
  readonly #trouble: Trouble
  #log = new ReportLog()

  /** @param entries that are there from before */
  constructor(key: string, deps: RecordDeps, trouble: Trouble, entries: readonly Entry[]) {
    this.#key = key
    this.#deps = deps
    this.#trouble = trouble
    for (const entry of entries) this.#log.add(entry)
  }

  /** Null before anything was written. @param current what is judged now, where the rollout goes on */
  report(current?: Verdict): Report | null {
    return this.#log.report(current)
  }

  addSample(sample: Sample): void {
    this.#write({ kind: 'sample', sample }, false)
  }

  /** @param fresh it begins a new try: what was written of the last one goes */
  addDecision({ state, actions }: Decision, at: number, verdict: Verdict, { canary }: Scene, fresh: boolean): void {
    const goesBack = state.phase === 'RollingBack' || state.phase === 'RolledBack'
    const name = canary?.deployment?.metadata.name
    const failures =
      goesBack && canary !== undefined && name !== undefined
        ? { failures: this.#deps.failures({ namespace: canary.namespace, name }, state.beganAt) }
        : {}
    this.#write({ kind: 'decision', at, state, actions, verdict, ...failures }, fresh)
  }

  #write(entry: Entry, fresh: boolean): void {
    if (fresh) this.#log = new ReportLog()
    this.#log.add(entry)
    try {
      this.#deps.memory.append(this.#key, [entry], fresh)
    } catch (error) {
      // Without a record there is less to explain, and to replay; the rollout does not need it.
      this.#trouble.note(`the record can't be written: ${formatError(error)}`)
    }
  }
}
