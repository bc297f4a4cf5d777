import { newJudgement, takeIn } from '../judge/judgement.ts'
import type { JudgeSettings } from '../judge/settings.ts'
import { type Answer, answerOf, type Verdict, verdictOf } from '../judge/verdict.ts'
import type { Entry } from '../reconcile/memory.ts'

/** What the judgement would have said of a recorded stream with other settings. */
export interface Replay {
  /** `fail` as soon as that was the answer; else the answer at the end. */
  readonly answer: Answer
  /** Of the last sample that it looked at, ms since the epoch; null if nothing was recorded. */
  readonly at: number | null
  readonly samples: number
  readonly verdict: Verdict
}

/** Judges a recorded stream with other settings, until it would have been taken back. */
export function replay(entries: readonly Entry[], settings: JudgeSettings): Replay {
  let judgement = newJudgement(settings)
  let at: number | null = null
  let samples = 0
  for (const entry of entries) {
    if (entry.kind === 'decision' && entry.actions.some(({ kind }) => kind === 'forget-evidence')) {
      judgement = newJudgement(settings)
    }
    if (entry.kind !== 'sample') continue
    samples += 1
    judgement = takeIn(judgement, entry.sample)
    at = entry.sample.atMs
    // A pass is no end: the rollout goes on, and is judged on.
    if (answerOf(judgement) === 'fail') break
  }
  const verdict = verdictOf(judgement)
  return { answer: verdict.answer, at, samples, verdict }
}
