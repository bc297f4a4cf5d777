import { type Canary, type CanaryMetric, type CanarySpec, objectKey } from '@mizzen/api'
import { type Clock, formatError, type Logger, MizzenError } from '@mizzen/base'
import type { Store } from '@mizzen/store'
import type { Action, Decision } from '../decide/action.ts'
import { refusal } from '../decide/commands.ts'
import { begins, decide } from '../decide/decide.ts'
import { withdrawal } from '../decide/failure.ts'
import { isAlone } from '../decide/hold.ts'
import type { Command, Observation } from '../decide/observation.ts'
import { initialState, isExposed, type RolloutState } from '../decide/state.ts'
import { newJudgement, takeIn } from '../judge/judgement.ts'
import type { Sample } from '../judge/sample.ts'
import { settingsOf } from '../judge/settings.ts'
import { verdictOf } from '../judge/verdict.ts'
import { isOverlay } from '../overlay/overlay.ts'
import type { Report } from '../report/report.ts'
import { Actor } from './actor.ts'
import { membersOf } from './group.ts'
import { Leadership } from './leadership.ts'
import type { Lease } from './lease.ts'
import type { Entry, RolloutMemory } from './memory.ts'
import { type MetricQuery, MetricValues } from './metric-values.ts'
import { isEvent, isNews } from './news.ts'
import { Notices } from './notices.ts'
import { ABSENT, observationOf, type Scene, sceneOf } from './observe.ts'
import { pendingRoute } from './pending-route.ts'
import { rivalOf } from './rival.ts'
import { type FailuresSince, RolloutRecord } from './rollout-record.ts'
import { SavedState } from './saved-state.ts'
import { stableUsedBy } from './stable-in-use.ts'
import { stateOf, statusOf } from './status.ts'
import { Stream } from './stream.ts'
import { thresholds } from './thresholds.ts'
import { Trouble } from './trouble.ts'
import { type Post, Webhooks } from './webhooks.ts'

/** What the two versions did since the last question; null while nothing comes in. */
export interface SampleSource {
  /** @param scene says which Pods and services the versions are */
  take(canary: Canary, scene: Scene): Sample | null
}

export interface RolloutDeps {
  /** Names this controller, and this life of it: of two that see the same Canary one acts. */
  readonly controller: string
  /** Who acts among control planes that share the memory; undefined = this one, alone. */
  readonly lease?: Lease | undefined
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly samples: SampleSource
  /** Answers `analysis.metrics` that have a query; undefined: nothing does, and such a metric holds the rollout. */
  readonly query: MetricQuery | undefined
  readonly failures: FailuresSince
  readonly memory: RolloutMemory
  readonly post: Post
}

/** What is judged now says more than what the last decision rested on. */
const UNDERWAY: readonly string[] = ['Initializing', 'Progressing', 'Paused', 'Promoting']

/** One rollout: observes, decides, acts. Everything that it knows can be rebuilt from its memory. */
export class Rollout {
  readonly #deps: RolloutDeps
  readonly #webhooks: Webhooks
  readonly #notices: Notices
  readonly #actor: Actor
  readonly #values: MetricValues
  readonly #leadership: Leadership
  readonly #key: string
  readonly #stream: Stream
  readonly #trouble: Trouble
  readonly #saved: SavedState
  readonly #record: RolloutRecord
  #state: RolloutState | null
  #commands: Command[] = []
  /** The controller that has this rollout; null = this one. */
  #leader: string | null = null
  /** Of the last decision, as text. */
  #lastActions = ''

  private constructor(
    key: string,
    deps: RolloutDeps,
    state: RolloutState | null,
    stream: Stream,
    entries: readonly Entry[],
  ) {
    this.#key = key
    this.#deps = deps
    this.#webhooks = new Webhooks(deps.post)
    this.#notices = new Notices(deps)
    this.#actor = new Actor(deps)
    this.#values = new MetricValues(deps.query)
    this.#leadership = new Leadership(deps.controller)
    this.#state = state
    this.#stream = stream
    this.#trouble = new Trouble(key, deps.logger, deps.clock)
    this.#saved = new SavedState(key, deps, this.#trouble)
    this.#record = new RolloutRecord(key, deps, this.#trouble, entries)
  }

  /** Takes up a rollout where it was left. */
  static async open(canary: Canary, deps: RolloutDeps): Promise<Rollout> {
    const key = objectKey(canary)
    const { state, entries, problem } = await deps.memory.load(key)
    if (problem !== undefined) deps.logger.error('a rollout is not remembered', { canary: key, problem })
    let judgement = newJudgement(settingsOf(canary.spec?.analysis))
    for (const entry of entries) {
      if (entry.kind === 'sample') judgement = takeIn(judgement, entry.sample)
      else if (entry.kind === 'decision' && forgets(entry.actions)) judgement = newJudgement(judgement.settings)
    }
    return new Rollout(key, deps, latest(state, stateOf(canary)), new Stream(judgement), entries)
  }

  get state(): RolloutState | null {
    return this.#state
  }

  /** Of the present try, or the last; null before the first look. */
  report(): Report | null {
    const goesOn = this.#state !== null && UNDERWAY.includes(this.#state.phase)
    const report = this.#record.report(goesOn ? verdictOf(this.#stream.judgement) : undefined)
    return report && { ...report, problem: this.#trouble.text }
  }

  /** Throws MizzenError `conflict` if it would change nothing, or another controller has this rollout. */
  command(spec: CanarySpec, command: Command): void {
    if (this.#leader !== null) {
      throw new MizzenError('conflict', `controller ${this.#leader} has this rollout: ask that one`)
    }
    const refused = refusal(spec, this.#state, command)
    if (refused !== null) throw new MizzenError('conflict', refused)
    this.#commands.push(command)
  }

  /** One look. The state is saved before anything is done, so that a crash in between repeats actions and loses none. */
  async tick(canary: Canary): Promise<void> {
    const { store, clock } = this.#deps
    const now = clock.now()
    if (!this.#leads(canary, clock.monotonic())) return
    const spec = canary.spec as CanarySpec
    const scene = sceneOf(store, canary, this.#meant())
    this.#sample(canary, scene)
    this.#webhooks.enter(this.#state)
    const commands = this.#commands.splice(0)
    if (this.#state === null && !begins(spec, { commands })) return
    if (this.#state !== null) this.#webhooks.poll(canary, this.#state, clock.monotonic())
    const before = this.#state
    const decision = decide(spec, before, this.#observe(canary, scene, commands, now), now)
    const saved = await this.#saved.save(before, decision.state)
    if (saved === 'failed') {
      this.#commands.unshift(...commands)
      return this.#publish(canary, before ?? decision.state, false, now)
    }
    this.#state = decision.state
    await this.#carryOut(canary, scene, before, decision, now)
    const { actions } = decision
    // Of one that has ended only the time goes on, which nobody wants to know.
    const shown = canary.status?.observedGeneration === (canary.metadata.generation ?? 0)
    if (saved === 'saved' || !shown || actions.some(({ kind }) => kind.startsWith('set-'))) {
      const overlayChanged = isOverlay(spec) && actions.some(({ kind }) => kind.startsWith('set-'))
      this.#publish(canary, decision.state, overlayChanged, now)
    }
  }

  #observe(canary: Canary, scene: Scene, commands: readonly Command[], now: number): Observation {
    const { store, clock } = this.#deps
    const value = (metric: CanaryMetric) => this.#values.of(metric, canary, scene, now)
    return observationOf(scene, this.#stream.evidence(clock.monotonic()), {
      metrics: thresholds(canary, this.#stream.window, now, value),
      webhooks: this.#webhooks.results,
      group: membersOf(store, canary),
      rival: rivalOf(store, canary, this.#state, scene.virtualService),
      stableUsedBy: this.#state?.phase === 'CleaningUp' ? stableUsedBy(store, canary, scene) : null,
      commands,
    })
  }

  /** Weights that the route is meant to have, or to have had. */
  #meant(): readonly number[] {
    const { weight, weightBefore } = this.#state ?? {}
    return [weight, weightBefore].filter((one): one is number => typeof one === 'number')
  }

  async #carryOut(canary: Canary, scene: Scene, before: RolloutState | null, decision: Decision, now: number) {
    const { state, actions } = decision
    const text = JSON.stringify(actions.filter(({ kind }) => kind !== 'call-webhooks'))
    const repeated = text === this.#lastActions || text === '[]'
    this.#lastActions = text
    if (before === null || isNews(before, state) || !repeated) {
      const fresh = before?.beganAt !== state.beganAt
      this.#record.addDecision(decision, now, verdictOf(this.#stream.judgement), scene, fresh)
    }
    if (before === null || isEvent(before, state)) this.#notices.event(canary, state, now)
    if (forgets(actions)) this.#stream.forget(settingsOf(canary.spec?.analysis))
    for (const action of actions) await this.#act(canary, scene, action)
  }

  /** What can't be done now is tried again at the next look. */
  async #act(canary: Canary, scene: Scene, action: Action): Promise<void> {
    const state = this.#state as RolloutState
    if (action.kind === 'call-webhooks') {
      if (action.type === 'post-rollout') this.#notices.end(canary, state)
      else this.#webhooks.call(canary, action.type, state, this.#deps.clock.monotonic())
      return
    }
    if (action.kind === 'set-weight') this.#stream.reweigh()
    try {
      await this.#actor.act(canary, scene, action)
    } catch (error) {
      this.#trouble.note(`${action.kind} failed: ${formatError(error)}`)
    }
  }

  /** The Canary is deleted: nobody watches any more, so nothing new stays exposed. */
  async release(canary: Canary): Promise<void> {
    const state = this.#state
    if (state === null || this.#leader !== null || !UNDERWAY.includes(state.phase)) return
    const scene = sceneOf(this.#deps.store, canary, this.#meant())
    if (!isExposed(state) || isAlone({ route: scene.route, stable: scene.stable?.health ?? ABSENT })) return
    this.#deps.logger.warn('its Canary was deleted in mid-rollout: all traffic goes back', { canary: this.#key })
    for (const action of withdrawal(state)) await this.#act(canary, scene, action)
  }

  /** What another controller did meanwhile is taken over; what it has judged is not known here, and begins anew. */
  #leads(canary: Canary, nowMs: number): boolean {
    const leader = this.#leadership.other(canary, nowMs)
    if (leader === this.#leader) return leader === null
    const { logger } = this.#deps
    if (leader === null) {
      this.#state = latest(this.#state, stateOf(canary))
      this.#stream.forget(settingsOf(canary.spec?.analysis))
    }
    const text = leader === null ? 'takes a rollout over' : 'leaves a rollout to another controller'
    logger.warn(text, { canary: this.#key, from: this.#leader ?? undefined, to: leader ?? undefined })
    this.#leader = leader
    return leader === null
  }

  #sample(canary: Canary, scene: Scene): void {
    const sample = this.#deps.samples.take(canary, scene)
    if (sample === null) return
    const own = this.#stream.take(sample, this.#state, scene, this.#deps.clock.monotonic())
    if (own !== null) this.#record.addSample(own)
  }

  /** An overlay is in force from here on: with the state it becomes known that no proxy has acknowledged it yet. */
  #publish(canary: Canary, state: RolloutState, overlayChanged: boolean, now: number): void {
    const { store } = this.#deps
    const { namespace = 'default', name } = canary.metadata
    const own = {
      kind: 'Canary',
      namespace,
      name,
      status: statusOf(canary, state, now, this.#deps.controller, this.#trouble.text),
    }
    const changed = overlayChanged ? pendingRoute(store, canary, now) : null
    store.updateStatuses(changed === null ? [own] : [changed, own])
  }
}

/** What was saved here, or what another controller has told since. */
function latest(own: RolloutState | null, told: RolloutState | null): RolloutState | null {
  const state = told !== null && (own === null || told.seenAt > own.seenAt) ? told : own
  // One that an earlier release saved may lack something.
  return state === null ? null : { ...initialState(state.canaryRevision, state.seenAt), ...state }
}

function forgets(actions: readonly Action[]): boolean {
  return actions.some(({ kind }) => kind === 'forget-evidence')
}
