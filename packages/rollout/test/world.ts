import type { CanarySpec } from '@mizzen/api'
import {
  type Action,
  type Command,
  type Decision,
  decide,
  type Judged,
  type Observation,
  type RolloutState,
} from '../src/index.ts'

export const HEALTHY: Judged = {
  answer: 'pass',
  message: 'no worse',
  canaryRequests: 0,
  recent: { canary: 0, stable: 0 },
}

/** A world that does at once what it is told, with one rollout in it. Time goes on by `look`. */
export class World {
  spec: CanarySpec
  state: RolloutState | null = null
  now = 1_000_000
  weight = 0
  mirror = 0
  programmed = true
  routeThere = true
  canaryRequests = 0
  trafficless = false
  judged: Judged | null = HEALTHY
  seen: Partial<Observation> = {}
  readonly done: Action[] = []
  readonly weights: number[] = []

  constructor(spec: Partial<CanarySpec>) {
    this.spec = {
      traffic: { virtualService: 'myapp' },
      stable: { subset: 'v1' },
      canary: { subset: 'v2' },
      ...spec,
    }
  }

  observation(commands: readonly Command[] = []): Observation {
    return {
      route: this.routeThere
        ? { kind: 'there', weight: this.weight, mirror: this.mirror, programmed: this.programmed }
        : { kind: 'missing', message: 'the VirtualService is gone' },
      stable: { revision: 'one', build: 'a', wanted: 1, ready: 1, crashing: false },
      canary: { revision: 'two', build: 'b', wanted: 1, ready: 1, crashing: false },
      judged: this.judged === null ? null : { ...this.judged, canaryRequests: this.canaryRequests },
      metrics: [],
      webhooks: [],
      group: [],
      rival: null,
      stableUsedBy: null,
      commands,
      ...this.seen,
    }
  }

  /** `ms` pass with traffic, then the controller looks. */
  look(ms = 1000, ...commands: Command[]): Decision {
    this.now += ms
    if (this.weight > 0 && !this.trafficless) this.canaryRequests += 10
    const decision = decide(this.spec, this.state, this.observation(commands), this.now)
    this.state = decision.state
    for (const action of decision.actions) this.#act(action)
    return decision
  }

  /** Looks until the phase is reached, at most `most` times. */
  until(phase: string, most = 100): void {
    for (let look = 0; look < most && this.state?.phase !== phase; look += 1) this.look()
  }

  get phase(): string {
    return this.state?.phase ?? ''
  }

  get reason(): string {
    return this.state?.reason.code ?? ''
  }

  #act(action: Action): void {
    this.done.push(action)
    if (action.kind === 'set-weight') {
      if (action.weight !== this.weight) this.weights.push(action.weight)
      this.weight = action.weight
    }
    if (action.kind === 'set-mirror') this.mirror = action.percentage
  }
}
