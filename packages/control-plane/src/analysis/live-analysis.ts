import { kindIdOf, kinds, type ObjectKey, objectKey, type Problem, type Resource } from '@mizzen/api'
import type { Clock, Timer } from '@mizzen/base'
import type { Change, StatusUpdate, Store } from '@mizzen/store'
import { Analysis, type Finding, liveAnalyzers, type Subject, subjectsOfObject } from '@mizzen/validation'
import { analysedStatus } from './consistency.ts'
import { findingProblem } from './finding-problem.ts'

/** After a change, milliseconds: what belongs together is applied together, and Pods come and go in groups. */
const QUIET_MS = 200
/** Rounds take at most one part in so many of the processor: the longer one took, the longer until the next. */
const IDLE_SHARE = 10
/** What depends on the date is looked at again after this, milliseconds. */
const DATE_MS = 3_600_000

/** Kinds whose status is looked at too; the status of others changes often, and says nothing to analysis. */
const STATUS_KINDS = ['Service', 'ServiceEntry', 'AuthorizationPolicy', 'HTTPRoute', 'GRPCRoute']

/** Kinds that carry the condition: those that people write for the mesh. */
const CONDITION_GROUPS = /(?:^|\.)(?:istio|mizzen)\.io\//

export interface LiveAnalysisOptions {
  readonly store: Store
  readonly clock: Clock
}

/** Keeps analysing what is in a store, and says on the objects what it finds. */
export class LiveAnalysis {
  readonly #options: LiveAnalysisOptions
  readonly #analysis: Analysis
  /** What was made of each object. */
  readonly #subjects = new Map<ObjectKey, readonly Subject[]>()
  /** The object that each subject was made of. */
  readonly #objects = new Map<string, ObjectKey>()
  /** Objects that had findings in the last round. */
  #found: ReadonlyMap<ObjectKey, readonly Finding[]> = new Map()
  #findings: readonly Finding[] | undefined
  readonly #listeners = new Set<() => void>()
  readonly #endWatch: () => void
  #timer: Timer | undefined
  #dateTimer: Timer
  #restUntil = 0

  constructor(options: LiveAnalysisOptions) {
    this.#options = options
    this.#analysis = new Analysis(liveAnalyzers(() => options.clock.now()))
    for (const kind of kinds) for (const object of options.store.list(kind.id)) this.#set(object)
    this.#endWatch = options.store.watch((changes) => this.#onChanges(changes))
    this.#dateTimer = this.#awaitDate()
    this.#schedule()
  }

  /** Everything that is found now, worst first. */
  findings(): readonly Finding[] {
    this.#findings ??= this.#analysis.run()
    return this.#findings
  }

  /** The same, but for what is only worth knowing, with places in files where there are any. */
  problems(): readonly Problem[] {
    return this.findings().flatMap((finding) => {
      const key = this.#objects.get(finding.subject.key)
      const place = key === undefined ? undefined : this.#options.store.placeOf(key, finding.path)
      return findingProblem(finding, place) ?? []
    })
  }

  /** Calls `listener` after each round. Returns the call that ends it. */
  onRound(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#endWatch()
    this.#timer?.cancel()
    this.#dateTimer.cancel()
    this.#listeners.clear()
  }

  #onChanges(changes: readonly Change[]): void {
    const news = changes.filter(({ object, statusOnly }) => statusOnly !== true || STATUS_KINDS.includes(object.kind))
    for (const { type, key, object } of news) {
      if (type === 'deleted') this.#drop(key)
      else this.#set(object)
    }
    if (news.length > 0) this.#schedule()
  }

  #set(object: Resource): void {
    const key = objectKey(object)
    const subjects = subjectsOfObject(object)
    this.#drop(key, new Set(subjects.map((subject) => subject.key)))
    if (subjects.length === 0) return
    this.#subjects.set(key, subjects)
    for (const subject of subjects) {
      this.#objects.set(subject.key, key)
      this.#analysis.set(subject)
    }
    this.#findings = undefined
  }

  /** Of a ConfigMap with settings of the mesh more than one subject is made, and not always the same. */
  #drop(key: ObjectKey, except: ReadonlySet<string> = new Set()): void {
    for (const subject of this.#subjects.get(key) ?? []) {
      if (except.has(subject.key)) continue
      this.#objects.delete(subject.key)
      this.#analysis.remove(subject)
      this.#findings = undefined
    }
    this.#subjects.delete(key)
  }

  #schedule(): void {
    const { clock } = this.#options
    this.#timer ??= clock.after(Math.max(QUIET_MS, this.#restUntil - clock.monotonic()), () => {
      this.#timer = undefined
      const startedAt = clock.monotonic()
      this.#round()
      const endedAt = clock.monotonic()
      this.#restUntil = endedAt + (endedAt - startedAt) * IDLE_SHARE
    })
  }

  #awaitDate(): Timer {
    return this.#options.clock.after(DATE_MS, () => {
      this.#findings = undefined
      this.#schedule()
      this.#dateTimer = this.#awaitDate()
    })
  }

  #round(): void {
    const found = Map.groupBy(this.findings(), ({ subject }) => this.#objects.get(subject.key) ?? '')
    const updates = [...new Set([...this.#found.keys(), ...found.keys()])].flatMap(
      (key) => this.#statusUpdate(key, found.get(key) ?? []) ?? [],
    )
    this.#found = found
    if (updates.length > 0) this.#options.store.updateStatuses(updates)
    for (const listener of this.#listeners) listener()
  }

  #statusUpdate(key: ObjectKey, findings: readonly Finding[]): StatusUpdate | undefined {
    const [subject] = this.#subjects.get(key) ?? []
    if (subject === undefined) return undefined
    const kind = kindIdOf(subject.body as unknown as Resource)
    const object = this.#options.store.get(kind, subject.namespace, subject.name)
    if (object === undefined || !CONDITION_GROUPS.test(object.apiVersion)) return undefined
    const generation = object.metadata.generation ?? 1
    const status = analysedStatus(object.status, findings, generation, this.#options.clock.now())
    return status && { kind, namespace: subject.namespace, name: subject.name, status }
  }
}
