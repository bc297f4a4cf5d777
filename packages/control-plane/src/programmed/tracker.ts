import { type Condition, type ObjectKey, objectKey, type Resource } from '@mizzen/api'
import type { Clock } from '@mizzen/base'
import type { Change, Store } from '@mizzen/store'
import type { ProxyStatus } from '@mizzen/xds'
import { proxyIdentity } from '../proxy-identity.ts'
import { type ObjectFacts, type ProxyFacts, programmed, type Verdict } from './condition.ts'
import { expectedProxies } from './expected-proxies.ts'

/** The kinds that carry the condition. */
const KINDS: readonly string[] = ['Gateway', 'VirtualService', 'DestinationRule', 'Service']

export interface TrackerOptions {
  readonly store: Store
  readonly clock: Clock
  /** Node ids of the connected proxies whose configuration is made from an object, as of the store's present state. */
  readonly affected: (key: ObjectKey) => readonly string[]
  readonly statuses: () => readonly ProxyStatus[]
}

interface Tracked extends ObjectFacts {
  readonly resource: Resource
  /** Node ids of the proxies that it affected at the last round. */
  readonly users: Set<string>
  /** Those that an earlier generation affected: they count until they have answered this one, even if they use it no more. */
  readonly owing: Set<string>
}

/**
 * Keeps `status.conditions[type=Programmed]` of the objects that configure proxies. Work is proportional to what is
 * open: an object that is settled is looked at again only if it, the proxies, or what they use of it changes.
 */
export class ProgrammedTracker {
  readonly #options: TrackerOptions
  readonly #objects = new Map<ObjectKey, Tracked>()
  /** Objects to look at in the next round. */
  readonly #dirty = new Set<ObjectKey>()
  /** Objects that are not programmed, or that proxies name in refusals: each acknowledgement may settle them. */
  readonly #open = new Set<ObjectKey>()
  #expected: readonly string[]
  #scheduled = false
  #closed = false
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
    for (const { origins } of [...status.rejections, ...status.held]) this.#touch(origins)
    this.#touch(this.#open)
  }

  /** A proxy came or went: every count changes. */
  onProxiesChanged(): void {
    this.#touch(this.#objects.keys())
  }

  close(): void {
    this.#closed = true
    this.#endWatch()
  }

  #onChanges(changes: readonly Change[], revision: number): void {
    if (changes.some(({ object }) => object.kind === 'Pod')) this.#onPodsChanged()
    const news = changes.filter(({ object, statusOnly }) => KINDS.includes(object.kind) && statusOnly !== true)
    for (const { type, key, object } of news) {
      if (type === 'deleted') this.#untrack(key)
      else this.#track(object, revision)
    }
    // Objects that did not change themselves may be used by more proxies now, or by fewer.
    if (news.length > 0) this.#touch(this.#objects.keys())
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
    const owing = new Set([...(before?.owing ?? []), ...(before?.users ?? [])])
    const generation = resource.metadata.generation ?? 1
    this.#objects.set(key, { key, resource, generation, revision, users: new Set(), owing })
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

  /** One round for everything that happens in a turn of the event loop. */
  #schedule(): void {
    if (this.#scheduled || this.#closed) return
    this.#scheduled = true
    queueMicrotask(() => {
      this.#scheduled = false
      if (!this.#closed) this.#round()
    })
  }

  #round(): void {
    const statuses = this.#options.statuses()
    const connected = new Set(statuses.map(({ node }) => proxyIdentity(node).name))
    const absent = this.#expected.filter((name) => !connected.has(name))
    const keys = [...this.#dirty]
    this.#dirty.clear()
    for (const key of keys) {
      const object = this.#objects.get(key)
      if (object === undefined) continue
      const verdict = programmed(object, [...this.#affected(object, statuses), ...absent.map(awaited)])
      if (verdict.status === 'True') this.#open.delete(key)
      else this.#open.add(key)
      this.#write(object, verdict)
    }
  }

  #affected(object: Tracked, statuses: readonly ProxyStatus[]): readonly ProxyFacts[] {
    const facts: ProxyFacts[] = []
    const users = new Set(this.#options.affected(object.key))
    object.users.clear()
    for (const status of statuses) {
      const { id } = status.node
      if (status.answeredRevision >= object.revision) object.owing.delete(id)
      if (users.has(id)) object.users.add(id)
      if (users.has(id) || object.owing.has(id)) facts.push(factsOf(status, object.key))
    }
    return facts
  }

  #write(object: Tracked, verdict: Verdict): void {
    const { kind, metadata } = object.resource
    const current = this.#options.store.get(kind, metadata.namespace ?? '', metadata.name)
    if (current === undefined) return
    const status = (current.status ?? {}) as { readonly conditions?: readonly Condition[] }
    const before = status.conditions?.find((condition) => condition.type === 'Programmed')
    const condition = nextCondition(before, verdict, object.generation, this.#options.clock.now())
    if (condition === before) return
    const others = status.conditions?.filter((other) => other !== before) ?? []
    const next = { ...status, conditions: [...others, condition] }
    this.#options.store.updateStatus(kind, metadata.namespace ?? '', metadata.name, next)
  }
}

function awaited(name: string): ProxyFacts {
  return { name, connected: false, answeredRevision: -1 }
}

function factsOf(status: ProxyStatus, key: ObjectKey): ProxyFacts {
  const held = status.held.find(({ origins }) => origins.includes(key))
  return {
    name: proxyIdentity(status.node).name,
    connected: true,
    answeredRevision: status.answeredRevision,
    rejection: status.rejections.find(({ origins }) => origins.includes(key))?.message,
    waitsFor: held?.waitsFor.name,
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
