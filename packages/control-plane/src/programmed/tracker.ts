import { type Condition, kindIdOf, type ObjectKey, objectKey, type Resource } from '@mizzen/api'
import type { Clock, Timer } from '@mizzen/base'
import type { Change, StatusUpdate, Store } from '@mizzen/store'
import type { ProxyStatus } from '@mizzen/xds'
import type { ObjectFacts, Verdict } from './condition.ts'
import { expectedProxies } from './expected-proxies.ts'
import { Round } from './round.ts'

/** The kinds that carry the condition. */
const KINDS: readonly string[] = [
  ...['Gateway', 'VirtualService', 'DestinationRule', 'Sidecar'],
  ...['Service', 'ServiceEntry', 'WorkloadEntry'],
]

/** Rounds take at most one part in so many of the processor: the longer one took, the longer until the next. */
const IDLE_SHARE = 10
/**
 * Every proxy that comes or goes changes the counts of all objects. Where it changes more than a few, and nothing but the
 * message, it is written after this, milliseconds.
 */
const COUNT_DELAY_MS = 1_000
const FEW = 32

export interface TrackerOptions {
  readonly store: Store
  readonly clock: Clock
  /**
   * Node ids of the connected proxies whose configuration is made from an object, as of `revision`; the same array for all
   * objects that affect the same proxies.
   */
  readonly affected: (key: ObjectKey) => readonly string[]
  /** Counts up whenever `affected` may answer otherwise; by default it may after every change of an object. */
  readonly uses?: () => number
  /** The store's revision that `affected` knows of. Infinite by default: it is never behind. */
  readonly revision?: () => number
  /** What the newest state of an object waits for before it is in force; nothing by default. */
  readonly waitsFor?: (key: ObjectKey) => string | undefined
  readonly statuses: () => readonly ProxyStatus[]
}

interface Tracked extends ObjectFacts {
  readonly resource: Resource
  /** Node ids of the proxies that it affected at the last round. */
  users: readonly string[]
  /** Those that an earlier generation affected: they count until they have answered this one, even if they use it no more. */
  owing: readonly string[]
}

/**
 * Keeps `status.conditions[type=Programmed]` of the objects that configure proxies. Work is proportional to what is
 * open: an object that is settled is looked at again only if it, the proxies, or what they use of it changes.
 */
export class ProgrammedTracker {
  readonly #options: TrackerOptions
  readonly #objects = new Map<ObjectKey, Tracked>()
  /** Objects to look at in the next round, besides all that are open, or all. */
  readonly #dirty = new Set<ObjectKey>()
  #many: 'open' | 'all' | undefined
  /** Objects that are not programmed, or that proxies name in refusals: each acknowledgement may settle them. */
  readonly #open = new Set<ObjectKey>()
  #expected: readonly string[]
  /** `uses` at the last round. */
  #uses: number | undefined
  #scheduled = false
  #closed = false
  /** Monotonic time before which no round begins. */
  #restUntil = 0
  #timer: Timer | undefined
  #countTimer: Timer | undefined
  /** How many the present round looks at. */
  #judged = 0
  /** Objects with a count of proxies that is to be written later, and now. */
  readonly #putOffKeys = new Set<ObjectKey>()
  readonly #miscounted = new Set<ObjectKey>()
  readonly #endWatch: () => void

  constructor(options: TrackerOptions) {
    this.#options = options
    const { store } = options
    this.#expected = expectedProxies(store.list('Pod'))
    for (const kind of KINDS) for (const resource of store.list(kind)) this.#track(resource, store.revision)
    this.#touch(this.#objects.keys())
    this.#endWatch = store.watch((changes, revision) => this.#onChanges(changes, revision))
  }

  /** A proxy answered something: open objects may be settled, and what it names in a refusal is not. */
  onProxyUpdated(status: ProxyStatus): void {
    const { rejections } = status
    // Without a refusal, what is held back is not answered either, and so what it comes from is open.
    for (const { origins } of rejections.length > 0 ? [...rejections, ...status.held] : []) this.#touch(origins)
    this.#touchMany('open')
  }

  /** A proxy came or went: every count changes. */
  onProxiesChanged(): void {
    this.#touchMany('all')
  }

  /** What `affected`, `revision` or `waitsFor` say may have changed. */
  onConfigured(): void {
    this.#touchMany('open')
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    this.#countTimer?.cancel()
    this.#endWatch()
  }

  #onChanges(changes: readonly Change[], revision: number): void {
    if (changes.some(({ object }) => object.kind === 'Pod')) this.#onPodsChanged()
    const news = changes.filter(({ object, statusOnly }) => KINDS.includes(kindIdOf(object)) && statusOnly !== true)
    for (const { type, key, object } of news) {
      if (type === 'deleted') this.#untrack(key)
      else this.#track(object, revision)
    }
    // Those that did change are open.
    if (news.length > 0) this.#touchMany(this.#options.uses === undefined ? 'all' : 'open')
  }

  #onPodsChanged(): void {
    const expected = expectedProxies(this.#options.store.list('Pod'))
    const same = expected.length === this.#expected.length && expected.every((name, at) => name === this.#expected[at])
    this.#expected = expected
    if (!same) this.onProxiesChanged()
  }

  #track(resource: Resource, revision: number): void {
    const key = objectKey(resource)
    const before = this.#objects.get(key)
    const owing = [...new Set([...(before?.owing ?? []), ...(before?.users ?? [])])]
    const generation = resource.metadata.generation ?? 1
    this.#objects.set(key, { key, resource, generation, revision, users: [], owing })
    // Until discovery has taken it in, nobody knows whom it affects.
    this.#open.add(key)
  }

  #untrack(key: ObjectKey): void {
    this.#objects.delete(key)
    this.#open.delete(key)
    this.#dirty.delete(key)
  }

  #touch(keys: Iterable<ObjectKey>): void {
    for (const key of keys) if (this.#objects.has(key)) this.#dirty.add(key)
    this.#schedule()
  }

  /** Hundreds of proxies say this while thousands of objects are open: which those are is seen in the round. */
  #touchMany(which: 'open' | 'all'): void {
    if (this.#many !== 'all') this.#many = which
    this.#schedule()
  }

  #takeDirty(): ReadonlySet<ObjectKey> {
    // Objects that did not change themselves may be used by more proxies now, or by fewer.
    const uses = this.#options.uses?.()
    if (uses !== this.#uses) this.#many = 'all'
    this.#uses = uses
    const many = this.#many === 'all' ? this.#objects.keys() : this.#many === 'open' ? this.#open : []
    const keys = new Set([...this.#dirty, ...many])
    this.#dirty.clear()
    this.#many = undefined
    return keys
  }

  /** One round for everything that happens in a turn of the event loop, or while the last one rests. */
  #schedule(): void {
    if (this.#scheduled || this.#closed) return
    this.#scheduled = true
    const { clock } = this.#options
    const rest = this.#restUntil - clock.monotonic()
    if (rest > 0) this.#timer = clock.after(rest, () => this.#begin())
    else queueMicrotask(() => this.#begin())
  }

  #begin(): void {
    this.#scheduled = false
    if (this.#closed) return
    const { clock } = this.#options
    const startedAt = clock.monotonic()
    this.#round()
    const endedAt = clock.monotonic()
    this.#restUntil = endedAt + (endedAt - startedAt) * IDLE_SHARE
  }

  #round(): void {
    const round = new Round(this.#options.statuses(), this.#expected, (key) => this.#objects.get(key)?.revision)
    const known = this.#options.revision?.() ?? Number.POSITIVE_INFINITY
    const keys = this.#takeDirty()
    this.#judged = keys.size
    const updates: StatusUpdate[] = []
    for (const key of keys) {
      const object = this.#objects.get(key)
      if (object === undefined) continue
      const verdict = object.revision > known ? undefined : this.#judge(object, round)
      if (verdict?.status === 'True') this.#open.delete(key)
      else this.#open.add(key)
      const update = verdict && this.#update(object, verdict)
      if (update !== undefined) updates.push(update)
    }
    if (updates.length > 0) this.#options.store.updateStatuses(updates)
  }

  #judge(object: Tracked, round: Round): Verdict {
    const waitsFor = this.#options.waitsFor?.(object.key)
    if (waitsFor !== undefined) {
      const message = `it waits for ${waitsFor}; until that is there its last good state is in force`
      return { status: 'False', reason: 'HeldBack', message }
    }
    object.users = this.#options.affected(object.key)
    object.owing = round.stillOwing(object.owing, object.revision)
    return round.verdict(object)
  }

  /** What to write of a verdict; undefined if it is written already, or will be later. */
  #update(object: Tracked, verdict: Verdict): StatusUpdate | undefined {
    const { kind, metadata } = object.resource
    const namespace = metadata.namespace ?? ''
    const current = this.#options.store.get(kind, namespace, metadata.name)
    if (current === undefined) return undefined
    const status = (current.status ?? {}) as { readonly conditions?: readonly Condition[] }
    const before = status.conditions?.find((condition) => condition.type === 'Programmed')
    const condition = nextCondition(before, verdict, object.generation, this.#options.clock.now())
    if (condition === before || this.#putOff(object, before, condition)) return undefined
    const others = status.conditions?.filter((other) => other !== before) ?? []
    return { kind, namespace, name: metadata.name, status: { ...status, conditions: [...others, condition] } }
  }

  #putOff({ key }: Tracked, before: Condition | undefined, after: Condition): boolean {
    const { status, reason, observedGeneration } = after
    const same = before?.status === status && before.reason === reason
    if (!same || before.observedGeneration !== observedGeneration || this.#judged <= FEW) return false
    if (this.#miscounted.delete(key)) return false
    this.#putOffKeys.add(key)
    this.#countTimer ??= this.#options.clock.after(COUNT_DELAY_MS, () => {
      this.#countTimer = undefined
      for (const one of this.#putOffKeys) this.#miscounted.add(one)
      this.#putOffKeys.clear()
      this.#touch(this.#miscounted)
    })
    return true
  }
}

/** `before` itself if it says the same. */
function nextCondition(before: Condition | undefined, verdict: Verdict, generation: number, nowMs: number): Condition {
  const same =
    before?.status === verdict.status &&
    before.reason === verdict.reason &&
    before.message === verdict.message &&
    before.observedGeneration === generation
  if (before !== undefined && same) return before
  const since = before?.status === verdict.status ? before.lastTransitionTime : new Date(nowMs).toISOString()
  return { type: 'Programmed', ...verdict, observedGeneration: generation, lastTransitionTime: since }
}
