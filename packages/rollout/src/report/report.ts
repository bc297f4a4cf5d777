import { isUntried, type Phase, type ReasonCode } from '../decide/state.ts'
import type { Side } from '../judge/sample.ts'
import type { Verdict } from '../judge/verdict.ts'
import type { Entry } from '../reconcile/memory.ts'
import { describeVerdict } from './describe-verdict.ts'
import type { FailedRequest } from './failed-request.ts'

export type Outcome = 'promoted' | 'rolledBack' | 'paused' | 'progressing'

export interface TimelineEntry {
  /** RFC 3339. */
  readonly time: string
  readonly phase: Phase
  readonly weight: number
  readonly code: string
  readonly message: string
}

/** Why a rollout is where it is, with its numbers. For pipelines (JSON), and what `explain` shows. */
export interface Report {
  readonly verdict: Outcome
  readonly phase: Phase
  /** Percent of the traffic that the canary is meant to have. */
  readonly weight: number
  /** Steps that are done. */
  readonly step: number
  /** A word to branch on. */
  readonly code: ReasonCode
  /** A sentence. */
  readonly reason: string
  /** What the rollout wants to do and can't; '' = nothing. */
  readonly problem: string
  readonly durationMs: number
  readonly canaryRequests: number
  readonly failedCanaryRequests: number
  /** What speaks against the canary by the last judgement, all in all; null = nothing has been judged yet. */
  readonly combinedEvidence: Verdict['combined'] | null
  /** What that is made of, strongest first. */
  readonly evidence: Verdict['findings']
  readonly judgement: string
  /** Requests to the canary that failed when it was taken back, newest first. */
  readonly failures: readonly FailedRequest[]
  readonly timeline: readonly TimelineEntry[]
}

/** An outcome is known once it is live: until every proxy has acknowledged the last weight it is in progress. */
const OUTCOMES: Partial<Readonly<Record<Phase, Outcome>>> = {
  CleaningUp: 'promoted',
  Promoted: 'promoted',
  RolledBack: 'rolledBack',
  Paused: 'paused',
}

type DecisionEntry = Extract<Entry, { kind: 'decision' }>

/** Decisions that are kept for the timeline; the oldest but the first go first. */
const MOST_DECISIONS = 10_000

interface Counts {
  requests: number
  failures: number
}

/** What a report is made of, kept up with the record so that nobody has to read that again. */
export class ReportLog {
  readonly #decisions: DecisionEntry[] = []
  readonly #counts: Readonly<Record<Side, Counts>> = {
    caller: { requests: 0, failures: 0 },
    server: { requests: 0, failures: 0 },
  }

  add(entry: Entry): void {
    if (entry.kind === 'decision') {
      this.#decisions.push(entry)
      if (this.#decisions.length > MOST_DECISIONS) this.#decisions.splice(1, 1)
      return
    }
    for (const { side, route, canary } of entry.sample.channels) {
      if (route !== '') continue
      this.#counts[side].requests += canary.requests
      this.#counts[side].failures += canary.failures
    }
  }

  /** Null while nothing has been recorded. @param current what is judged now, where the rollout goes on */
  report(current?: Verdict): Report | null {
    const decisions = this.#decisions
    const [first] = decisions
    const last = decisions.at(-1)
    if (first === undefined || last === undefined) return null
    const { state } = last
    const judged = current ?? deciding(decisions)
    const counts = this.#counts.caller.requests > 0 ? this.#counts.caller : this.#counts.server
    return {
      verdict: isUntried(state) ? 'paused' : (OUTCOMES[state.phase] ?? 'progressing'),
      ...{ phase: state.phase, weight: state.weight, step: state.step },
      code: state.reason.code,
      reason: state.reason.message,
      problem: '',
      durationMs: last.at - first.at,
      canaryRequests: counts.requests,
      failedCanaryRequests: counts.failures,
      combinedEvidence: judged?.combined ?? null,
      evidence: judged?.findings ?? [],
      judgement: judged === undefined ? 'nothing has been judged yet' : describeVerdict(judged),
      failures: decisions.findLast(({ failures = [] }) => failures.length > 0)?.failures ?? [],
      timeline: timeline(decisions),
    }
  }
}

/** The judgement that turned it, if one did: what was found later says less. */
function deciding(decisions: readonly DecisionEntry[]): Verdict | undefined {
  const turned = decisions.findLast(
    ({ state, verdict }) => state.reason.code === 'JudgedWorse' && verdict?.answer === 'fail',
  )
  return (turned ?? decisions.at(-1))?.verdict
}

/** One line for each change of phase, weight or reason. */
function timeline(decisions: readonly DecisionEntry[]): readonly TimelineEntry[] {
  const lines = decisions.map(({ at, state }) => ({
    time: new Date(at).toISOString(),
    phase: state.phase,
    weight: state.weight,
    code: state.reason.code,
    message: state.reason.message,
  }))
  return lines.filter((line, index) => {
    const before = lines[index - 1]
    return before?.phase !== line.phase || before.weight !== line.weight || before.code !== line.code
  })
}
