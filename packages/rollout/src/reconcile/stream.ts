import type { RolloutState } from '../decide/state.ts'
import { isExposed } from '../decide/state.ts'
import { type Judgement, newJudgement, takeIn } from '../judge/judgement.ts'
import { type Sample, withoutCanary } from '../judge/sample.ts'
import type { JudgeSettings } from '../judge/settings.ts'
import type { Evidence, Scene } from './observe.ts'

/** Without a sample for so long, metrics count as gone, ms. */
const SAMPLES_OLD_MS = 2_000
/** An hour of samples of a second. */
const MOST_IN_WINDOW = 3_600
/** What is counted of a weight comes in so much later than it is live, at most, ms. */
const SETTLED_MS = 2_000
/** Recent samples that the observed share is made of. */
const MOST_RECENT = 600

const ENDED: readonly string[] = ['Promoted', 'RolledBack']

/** What has been seen of the requests of one try. Times are monotonic: a clock that jumps makes nothing old, or fresh. */
export class Stream {
  #judgement: Judgement
  #recent: readonly Sample[] = []
  #window: readonly Sample[] = []
  /** When the present weight was first seen live. */
  #liveSince = Number.POSITIVE_INFINITY
  #sampledAt = Number.NEGATIVE_INFINITY

  constructor(judgement: Judgement) {
    this.#judgement = judgement
  }

  get judgement(): Judgement {
    return this.#judgement
  }

  /** What thresholds are taken over. */
  get window(): readonly Sample[] {
    return this.#window
  }

  evidence(nowMs: number): Evidence {
    const fresh = nowMs - this.#sampledAt <= SAMPLES_OLD_MS
    return { judgement: this.#judgement, fresh, recent: this.#recent }
  }

  /** The sample as it counts for this try; null if it does not: none goes on. */
  take(sample: Sample, state: RolloutState | null, { route }: Scene, nowMs: number): Sample | null {
    this.#sampledAt = nowMs
    if (state === null || ENDED.includes(state.phase)) return null
    // What is still counted of an earlier try says nothing about this one.
    const own = isExposed(state) ? sample : withoutCanary(sample)
    this.#judgement = takeIn(this.#judgement, own)
    this.#window = [...this.#window, own].slice(-MOST_IN_WINDOW)
    const live = route.kind === 'there' && route.programmed && route.weight === state.weight
    if (!live) this.#liveSince = Number.POSITIVE_INFINITY
    else if (this.#liveSince > nowMs) this.#liveSince = nowMs
    this.#recent = nowMs - this.#liveSince >= SETTLED_MS ? [...this.#recent, own].slice(-MOST_RECENT) : []
    return own
  }

  /** Another weight: what was counted before it is live says nothing about its share. */
  reweigh(): void {
    this.#recent = []
    this.#liveSince = Number.POSITIVE_INFINITY
  }

  forget(settings: JudgeSettings): void {
    this.#judgement = newJudgement(settings)
    this.#window = []
  }
}
