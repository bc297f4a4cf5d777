import { type Canary, type CanarySpec, type Deployment, objectKey, type VirtualService } from '@mizzen/api'
import type { Clock, Logger } from '@mizzen/base'
import type { Store } from '@mizzen/store'
import type { Action } from '../decide/action.ts'
import { begins, decide } from '../decide/decide.ts'
import type { Command } from '../decide/observation.ts'
import type { RolloutState } from '../decide/state.ts'
import { type Judgement, newJudgement, takeIn } from '../judge/judgement.ts'
import type { Sample } from '../judge/sample.ts'
import { settingsOf } from '../judge/settings.ts'
import { verdictOf } from '../judge/verdict.ts'
import { type Report, ReportLog } from '../report/report.ts'
import { sendAlert } from './alerts.ts'
import type { Entry, RolloutMemory } from './memory.ts'
import { observationOf, type Scene, sceneOf } from './observe.ts'
import { withHeaderRoute, withMirror, withoutStable, withWeight } from './route-weights.ts'
import { stateOf, statusOf } from './status.ts'
import { type Query, thresholds } from './thresholds.ts'
import { type Post, Webhooks } from './webhooks.ts'

/** What the two versions did since the last question; null while nothing comes in. */
export interface SampleSource {
  /** @param scene says which Pods and services the versions are */
  take(canary: Canary, scene: Scene): Sample | null
}

export interface RolloutDeps {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  readonly samples: SampleSource
  /** Values of `analysis.metrics` that have a query. */
  readonly query: Query
  readonly memory: RolloutMemory
  readonly post: Post
}

/** Without a sample for so long, metrics count as gone, ms. */
const SAMPLES_OLD_MS = 2_000
/** The time spent in a step is saved so often, ms; a crash can make a step longer by that. */
const SAVE_MS = 1_000
/** An hour of samples of a second. */
const MOST_IN_WINDOW = 3_600
/** Recent samples that the observed share is made of. */
const MOST_RECENT = 600

/** One rollout: observes, decides, acts. Everything that it knows can be rebuilt from its memory. */
export class Rollout {
  readonly #deps: RolloutDeps
  readonly #webhooks: Webhooks
  readonly #key: string
  #state: RolloutState | null
  #judgement: Judgement
  #recent: readonly Sample[] = []
  /** What thresholds are taken over. */
  #window: readonly Sample[] = []
  #sampledAt = Number.NEGATIVE_INFINITY
  #savedAt = Number.NEGATIVE_INFINITY
  #commands: Command[] = []

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
    return new Rollout(key, deps, state ?? stateOf(canary), judgement, log)
  }

  get state(): RolloutState | null {
    return this.#state
  }

  /** Of the present try, or the last; null before the first look. */
  report(): Report | null {
    return this.#log.report()
  }

  command(command: Command): void {
    this.#commands.push(command)
  }

  /** One look. The state is saved before anything is done, so that a crash in between repeats actions and loses none. */
  async tick(canary: Canary): Promise<void> {
    const { store, clock, memory } = this.#deps
    const now = clock.now()
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
    const metrics = thresholds(canary, this.#window, now, this.#deps.query)
    const results = { metrics, webhooks: this.#webhooks.results, commands }
    const before = this.#state
    const { state, actions } = decide(spec, before, observationOf(scene, evidence, results), now)
    this.#state = state
    const news = before === null || isNews(before, state, actions)
    if (news || now - this.#savedAt >= SAVE_MS) {
      await memory.saveState(this.#key, state)
      this.#savedAt = now
    }
    if (news) this.#record(before === null || forgets(actions), state, actions, now)
    if (forgets(actions)) {
      this.#judgement = newJudgement(settingsOf(spec.analysis))
      this.#window = []
    }
    for (const action of actions) await this.#act(canary, scene, action, now)
    const { namespace = 'default', name } = canary.metadata
    store.updateStatus('Canary', namespace, name, statusOf(canary, state, now))
  }

  #sample(canary: Canary, scene: Scene, now: number): void {
    const sample = this.#deps.samples.take(canary, scene)
    if (sample === null) return
    this.#sampledAt = now
    if (this.#state === null) return
    this.#judgement = takeIn(this.#judgement, sample)
    this.#window = [...this.#window, sample].slice(-MOST_IN_WINDOW)
    const live = scene.route.kind === 'there' && scene.route.programmed && scene.route.weight === this.#state.weight
    this.#recent = live ? [...this.#recent, sample].slice(-MOST_RECENT) : []
    this.#write({ kind: 'sample', sample }, false)
  }

  #record(fresh: boolean, state: RolloutState, actions: readonly Action[], at: number): void {
    const verdict = verdictOf(this.#judgement)
    this.#write({ kind: 'decision', at, state, actions, verdict }, fresh)
  }

  #write(entry: Entry, fresh: boolean): void {
    if (fresh) this.#log = new ReportLog()
    this.#log.add(entry)
    this.#deps.memory.append(this.#key, [entry], fresh)
  }

  async #act(canary: Canary, scene: Scene, action: Action, now: number): Promise<void> {
    const spec = canary.spec as CanarySpec
    const { logger, post } = this.#deps
    switch (action.kind) {
      case 'set-weight':
        this.#recent = []
        return this.#edit(scene, (virtualService) => withWeight(virtualService, spec, action.weight))
      case 'set-mirror':
        return this.#edit(scene, (virtualService) => withMirror(virtualService, spec, action.percentage))
      case 'set-header-route':
        return this.#edit(scene, (virtualService) => withHeaderRoute(virtualService, spec, action.match))
      case 'scale-canary':
        return this.#scale(scene, action.percent)
      case 'call-webhooks':
        return this.#webhooks.call(canary, action.type, this.#state as RolloutState, now)
      case 'alert':
        logger.info(action.message, { canary: this.#key, severity: action.severity })
        return sendAlert(canary, action, post, logger)
      case 'clean-up':
        return this.#cleanUp(canary, scene)
      case 'forget-evidence':
        return
    }
  }

  /** Reads the object anew: several actions of one decision build on each other. */
  async #edit(scene: Scene, change: (virtualService: VirtualService) => VirtualService): Promise<void> {
    if (scene.virtualService === undefined) return
    const { namespace = 'default', name } = scene.virtualService.metadata
    const current = this.#deps.store.get('VirtualService', namespace, name) as VirtualService | undefined
    if (current === undefined) return
    const next = change(current)
    if (JSON.stringify(next.spec) !== JSON.stringify(current.spec)) await this.#deps.store.apply(next)
  }

  async #scale(scene: Scene, percent: number): Promise<void> {
    const replicas = Math.max(1, Math.ceil(((scene.stable?.health.wanted ?? 1) * percent) / 100))
    await this.#setReplicas(scene.canary?.deployment, replicas)
  }

  async #setReplicas(deployment: Deployment | undefined, replicas: number): Promise<void> {
    if (deployment?.spec === undefined || (deployment.spec.replicas ?? 1) === replicas) return
    await this.#deps.store.apply({ ...deployment, spec: { ...deployment.spec, replicas } })
  }

  /** Routes before Pods: nothing may lead to what goes. */
  async #cleanUp(canary: Canary, scene: Scene): Promise<void> {
    const spec = canary.spec as CanarySpec
    const policy = spec.cleanUp ?? {}
    if (policy.removeRoutes === true) await this.#edit(scene, (virtualService) => withoutStable(virtualService, spec))
    if (policy.scaleDown !== false) await this.#setReplicas(scene.stable?.deployment, 0)
  }
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
