import type { CanarySpec } from '@mizzen/api'
import {
  answerOf,
  decide,
  type Judgement,
  newJudgement,
  type Observation,
  type RolloutState,
  settingsOf,
  type Traffic,
  takeIn,
} from '@mizzen/rollout'
import { channelsOf } from './routes-of-traffic.ts'
import type { Ending, Rule } from './rule.ts'
import { BOUNDS_MS } from './traffic.ts'

const SPEC: CanarySpec = {
  traffic: { virtualService: 'myapp' },
  stable: { subset: 'v1' },
  canary: { subset: 'v2' },
  steps: [10, 20, 30, 40, 50].flatMap((setWeight) => [{ setWeight }, { pause: { duration: '20s' } }]),
  // Patience, since at one request a second evidence takes its time; it is not what is measured here.
  progressDeadline: '24h',
}

const ENDINGS: Readonly<Record<string, Ending>> = {
  Promoting: 'promoted',
  CleaningUp: 'promoted',
  Promoted: 'promoted',
  RollingBack: 'rolled back',
  RolledBack: 'rolled back',
}

/** The same judgement and the same decisions as in a mesh; its world does at once what it is told. */
export class MizzenRule implements Rule {
  readonly #routes: number
  readonly #random: () => number
  #judgement: Judgement = newJudgement(settingsOf(SPEC.analysis))
  #state: RolloutState | null = null
  #canaryRequests = 0
  #lastMs = 0
  weight = 0

  /** @param routes as `channelsOf` */
  constructor(routes: number, random: () => number) {
    this.#routes = routes
    this.#random = random
  }

  get ending(): Ending {
    return ENDINGS[this.#state?.phase ?? ''] ?? 'undecided'
  }

  tick(nowMs: number, canary: Traffic, stable: Traffic): void {
    this.#canaryRequests += canary.requests
    const channels = channelsOf(canary, stable, this.#routes, this.#random)
    const forMs = nowMs - this.#lastMs
    this.#lastMs = nowMs
    this.#judgement = takeIn(this.#judgement, { atMs: nowMs, forMs, boundsMs: BOUNDS_MS, channels })
    const { state, actions } = decide(SPEC, this.#state, this.#observation(), nowMs)
    this.#state = state
    for (const action of actions) if (action.kind === 'set-weight') this.weight = action.weight
  }

  #observation(): Observation {
    const ready = { build: '', wanted: 1, ready: 1, crashing: false }
    return {
      route: { kind: 'there', weight: this.weight, mirror: 0, programmed: true },
      stable: { revision: 'one', ...ready },
      canary: { revision: 'two', ...ready },
      judged: {
        answer: answerOf(this.#judgement),
        message: '',
        canaryRequests: this.#canaryRequests,
        recent: { canary: 0, stable: 0 },
      },
      metrics: [],
      webhooks: [],
      commands: [],
      group: [],
      rival: null,
      stableUsedBy: null,
    }
  }
}
