import { type Canary, type CanarySpec, objectKey } from '@mizzen/api'
import { type Clock, type Logger, MizzenError } from '@mizzen/base'
import type { Store } from '@mizzen/store'
import type { Action } from '../decide/action.ts'
import { refusal } from '../decide/commands.ts'
import { begins, decide } from '../decide/decide.ts'
import type { Command } from '../decide/observation.ts'
import { initialState, isExposed, type RolloutState } from '../decide/state.ts'
import { type Judgement, newJudgement, takeIn } from '../judge/judgement.ts'
import { type Sample, withoutCanary } from '../judge/sample.ts'
import { settingsOf } from '../judge/settings.ts'
import { verdictOf } from '../judge/verdict.ts'
import { isOverlay } from '../overlay/overlay.ts'
import type { FailedRequest } from '../report/failed-request.ts'
import { type Report, ReportLog } from '../report/report.ts'
import { Actor } from './actor.ts'
import { membersOf } from './group.ts'
import { Leadership } from './leadership.ts'
import type { Entry, RolloutMemory } from './memory.ts'
import { type MetricQuery, MetricValues } from './metric-values.ts'
import { observationOf, type Scene, sceneOf } from './observe.ts'
import { pendingRoute } from './pending-route.ts'
import { rivalOf } from './rival.ts'
import { stateOf, statusOf } from './status.ts'
import { thresholds } from './thresholds.ts'
import { type Post, Webhooks } from './webhooks.ts'

/** What the two versions did since the last question; null while nothing comes in. */
export interface SampleSource {
  /** @param scene says which Pods and services the versions are */
  take(canary: Canary, scene: Scene): Sample | null
}

export interface RolloutDeps {
  /** Names this controller, and this life of it: of two that see the same Canary one acts. */
  readonly controller: string
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly samples: SampleSource
  /** Answers `analysis.metrics` that have a query; undefined: nothing does, and such a metric holds the rollout. */
  readonly query: MetricQuery | undefined
  /** Requests to a workload that failed since then (ms since the epoch), newest first. */
  readonly failures: (
    workload: { readonly namespace: string; readonly name: string },
    sinceMs: number,
  ) => readonly FailedRequest[]
  readonly memory: RolloutMemory
  readonly post: Post
}

/** Without a sample for so long, metrics count as gone, ms. */
const SAMPLES_OLD_MS = 2_000
/** The time spent in a step is saved so often, ms; a crash can make a step longer by that. */
const SAVE_MS = 1_000
/** An hour of samples of a second. */
const MOST_IN_WINDOW = 3_600
/** What is counted of a weight comes in so much later than it is live, at most, ms. */
const SETTLED_MS = 2_000
/** Recent samples that the observed share is made of. */
const MOST_RECENT = 600

type DecisionEntry = Extract<Entry, { kind: 'decision' }>

const ENDED: readonly string[] = ['Promoted', 'RolledBack']
/** What is judged now says more than what the last decision rested on. */
const UNDERWAY: readonly string[] = ['Initializing', 'Progressing', 'Paused', 'Promoting']

/** One rollout: observes, decides, acts. Everything that it knows can be rebuilt from its memory. */
export class Rollout {
  readonly #deps: RolloutDeps
  readonly #webhooks: Webhooks
  readonly #actor: Actor
  readonly #values: MetricValues
  readonly #leadership: Leadership
  readonly #key: string
  #state: RolloutState | null
  #judgement: Judgement
  #recent: readonly Sample[] = []
  /** What thresholds are taken over. */
  #window: readonly Sample[] = []
  /** When the present weight was first seen live. */
  #liveSince = Number.POSITIVE_INFINITY
  #sampledAt = Number.NEGATIVE_INFINITY
  #savedAt = Number.NEGATIVE_INFINITY
  #commands: Command[] = []
  /** The controller that has this rollout; null = this one. */
  #leader: string | null = null

  #log: ReportLog

  private constructor(
    key: string,
    deps: RolloutDeps,
    state: RolloutState | null,
    judgement: Judgement,
    log: ReportLog,
  ) {
    this.#log = log
    this.#key = key
    this.#deps = deps
    this.#webhooks = new Webhooks(deps.post)
    this.#actor = new Actor(deps)
    this.#values = new MetricValues(deps.query)
    this.#leadership = new Leadership(deps.controller)
    this.#state = state
    this.#judgement = judgement
  }

  /** Takes up a rollout where it was left. */
  static async open(canary: Canary, deps: RolloutDeps): Promise<Rollout> {
    const key = objectKey(canary)
    const { state, entries } = await deps.memory.load(key)
    let judgement = newJudgement(settingsOf(canary.spec?.analysis))
    const log = new ReportLog()
    for (const entry of entries) {
      log.add(entry)
      if (entry.kind === 'sample') judgement = takeIn(judgement, entry.sample)
      else if (entry.kind === 'decision' && forgets(entry.actions)) judgement = newJudgement(judgement.settings)
    }
    return new Rollout(key, deps, latest(state, stateOf(canary)), judgement, log)
  }

  get state(): RolloutState | null {
    return this.#state
  }

  /** Of the present try, or the last; null before the first look. */
  report(): Report | null {
    const goesOn = this.#state !== null && UNDERWAY.includes(this.#state.phase)
    return this.#log.report(goesOn ? verdictOf(this.#judgement) : undefined)
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
    const { store, clock, memory } = this.#deps
    const now = clock.now()
    if (!this.#leads(canary, clock.monotonic())) return
    const spec = canary.spec as CanarySpec
    const scene = sceneOf(store, canary)
    this.#sample(canary, scene, now)
    this.#webhooks.enter(this.#state)
    const commands = this.#commands.splice(0)
    if (this.#state === null && !begins(spec, { commands })) return
    const evidence = {
      judgement: this.#judgement,
      fresh: now - this.#sampledAt <= SAMPLES_OLD_MS,
      recent: this.#recent,
    }
    const metrics = thresholds(canary, this.#window, now, (metric) => this.#values.of(metric, canary, scene, now))
    const group = membersOf(store, canary)
    const before = this.#state
    const rival = rivalOf(store, canary, before, scene.virtualService)
    const results = { metrics, webhooks: this.#webhooks.results, commands, group, rival }
    const { state, actions } = decide(spec, before, observationOf(scene, evidence, results), now)
    this.#state = state
    const news = before === null || isNews(before, state, actions)
    // Of one that has ended only the time goes on, which nobody wants to know.
    const shown = canary.status?.observedGeneration === (canary.metadata.generation ?? 0)
    const told = news || !shown || (!ENDED.includes(state.phase) && now - this.#savedAt >= SAVE_MS)
    if (told) {
      await memory.saveState(this.#key, state)
      this.#savedAt = now
    }
    if (news) this.#record(before?.beganAt !== state.beganAt, { at: now, state, actions }, scene)
    if (forgets(actions)) {
      this.#judgement = newJudgement(settingsOf(spec.analysis))
      this.#window = []
    }
    for (const action of actions) await this.#act(canary, scene, action, now)
    if (told) this.#publish(canary, state, isOverlay(spec) && actions.some(({ kind }) => kind.startsWith('set-')), now)
  }

  /** What another controller did meanwhile is taken over; what it has judged is not known here, and begins anew. */
  #leads(canary: Canary, nowMs: number): boolean {
    const leader = this.#leadership.other(canary, nowMs)
    if (leader === this.#leader) return leader === null
    const { logger } = this.#deps
    if (leader === null) {
      this.#state = latest(this.#state, stateOf(canary))
      this.#judgement = newJudgement(settingsOf(canary.spec?.analysis))
      this.#window = []
    }
    const text = leader === null ? 'takes a rollout over' : 'leaves a rollout to another controller'
    logger.warn(text, { canary: this.#key, from: this.#leader ?? undefined, to: leader ?? undefined })
    this.#leader = leader
    return leader === null
  }

  #sample(canary: Canary, scene: Scene, now: number): void {
    const sample = this.#deps.samples.take(canary, scene)
    if (sample === null) return
    this.#sampledAt = now
    if (this.#state === null) return
    // What is still counted of an earlier try says nothing about this one.
    const own = isExposed(this.#state) ? sample : withoutCanary(sample)
    this.#judgement = takeIn(this.#judgement, own)
    this.#window = [...this.#window, own].slice(-MOST_IN_WINDOW)
    const live = scene.route.kind === 'there' && scene.route.programmed && scene.route.weight === this.#state.weight
    if (!live) this.#liveSince = Number.POSITIVE_INFINITY
    else if (this.#liveSince > now) this.#liveSince = now
    this.#recent = now - this.#liveSince >= SETTLED_MS ? [...this.#recent, own].slice(-MOST_RECENT) : []
    this.#write({ kind: 'sample', sample: own }, false)
  }

  #record(fresh: boolean, decision: Pick<DecisionEntry, 'at' | 'state' | 'actions'>, { canary }: Scene): void {
    const { phase } = decision.state
    const goesBack = phase === 'RollingBack' || phase === 'RolledBack'
    const name = canary?.deployment?.metadata.name
    const failures =
      goesBack && canary !== undefined && name !== undefined
        ? { failures: this.#deps.failures({ namespace: canary.namespace, name }, decision.state.beganAt) }
        : {}
    this.#write({ kind: 'decision', ...decision, verdict: verdictOf(this.#judgement), ...failures }, fresh)
  }

  #write(entry: Entry, fresh: boolean): void {
    if (fresh) this.#log = new ReportLog()
    this.#log.add(entry)
    this.#deps.memory.append(this.#key, [entry], fresh)
  }

  async #act(canary: Canary, scene: Scene, action: Action, now: number): Promise<void> {
    if (action.kind === 'call-webhooks') {
      return this.#webhooks.call(canary, action.type, this.#state as RolloutState, now)
    }
    if (action.kind === 'set-weight') {
      this.#recent = []
      this.#liveSince = Number.POSITIVE_INFINITY
    }
    await this.#actor.act(canary, scene, action)
  }

  /** An overlay is in force from here on: with the state it becomes known that no proxy has acknowledged it yet. */
  #publish(canary: Canary, state: RolloutState, overlayChanged: boolean, now: number): void {
    const { store } = this.#deps
    const { namespace = 'default', name } = canary.metadata
    const own = { kind: 'Canary', namespace, name, status: statusOf(canary, state, now, this.#deps.controller) }
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

/** Something other than time went on. */
function isNews(before: RolloutState, after: RolloutState, actions: readonly Action[]): boolean {
  return (
    actions.length > 0 ||
    before.phase !== after.phase ||
    before.step !== after.step ||
    before.reason.code !== after.reason.code ||
    before.weightSeen !== after.weightSeen
  )
}
