/**
 * What one proxy is sent, and when: a state machine without I/O. Inputs are requests (subscriptions, acknowledgements,
 * refusals), changes of the view, and ticks; the output is the next response that may go out, taken when there is room for it.
 *
 * What holds at every moment, for a client that answers each response before the next one of the type:
 * 1. At most one response per type is unanswered. What changes meanwhile is merged, and goes with the next one.
 * 2. A resource is sent only after the client has what it names: a route after its clusters, and a cluster counts only
 *    with its endpoints. What the view does not have is not waited for, nor what the client does not ask for.
 *    If what it names was refused, the last good version stays; without one, it goes with the gap.
 * 3. A resource is removed only after the client has acknowledged that nothing it uses names it.
 * 4. What was refused is not sent again until it changes; everything else flows. A refusal that names nothing makes each
 *    resource of that response go by itself.
 * 5. `ackedRevision` never goes back, and never counts what is unsent, unanswered, refused, held back, or still to be removed.
 *
 * Envoy finishes warming a changed cluster only when its endpoints come again, and acknowledges it only then: so they do come
 * again, after each cluster that is sent. Nothing that endpoints need ever waits for the cluster's acknowledgement.
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol, "Resource warming".
 */
import type { ResourceRef, ResourceView, TypeUrl, ViewChanges, XdsResource } from '../source.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, VIRTUAL_HOST_TYPE } from '../types.ts'
import { ANY_NAME } from './awaited.ts'
import { compose } from './compose.ts'
import { LEAST_SHARED } from './entries.ts'
import { type Entry, isFirst, isKnown, REMOVAL, type Refusal, settledEntry } from './entry.ts'
import { Holdings, type InFlight, type Mode, type TypeState } from './holdings.ts'
import { Outstanding, sinceOf } from './outstanding.ts'
import { followersOf, isIndependent, refKey } from './references.ts'
import { refusedNames } from './refused-names.ts'
import type { SessionRequest, SessionResponse } from './session-messages.ts'
import { Sharing } from './sharing.ts'
import type { SubscriptionChange } from './subscription.ts'

/** Outstanding resources that are quickly looked at. */
const FEW = 64

/** What every proxy is expected to ask for. */
const ROOT_TYPES = [CLUSTER_TYPE, LISTENER_TYPE]

export class Session {
  readonly holdings: Holdings
  readonly #outstanding: Outstanding
  #nonces = 0

  /**
   * @param sharing of all sessions of a server
   * @param leastShared as many entries or names are worth being shared
   */
  constructor(mode: Mode, view: ResourceView, sharing = new Sharing(), leastShared = LEAST_SHARED) {
    this.holdings = new Holdings(mode, view, sharing, leastShared)
    this.#outstanding = new Outstanding(this.holdings, view)
    for (const typeUrl of ROOT_TYPES) {
      this.#outstanding.await(typeUrl, ANY_NAME, 0)
      this.holdings.expected.add(typeUrl)
    }
  }

  /** See `ProxyStatus`. */
  get ackedRevision(): number {
    return this.#outstanding.ackedRevision
  }

  get answeredRevision(): number {
    return this.#outstanding.answeredRevision
  }

  /** The client has not asked for all that it is expected to, or goes on asking for what it needs no more: keep ticking. */
  get awaiting(): boolean {
    const { awaiting, types, references } = this.holdings
    const isAwaited = ({ typeUrl, left }: TypeState) =>
      [...left.names()].some((name) => left.awaited(name) && !references.has({ typeUrl, name }))
    return awaiting.size > 0 || [...types.values()].some(isAwaited)
  }

  /** The client has asked for all that it is expected to ask for, and has acknowledged all that it is to have. */
  get settled(): boolean {
    const { awaiting, types } = this.holdings
    if (awaiting.size > 0) return false
    for (const { inFlight, dirty } of types.values()) if (inFlight !== undefined || dirty.size > 0) return false
    return true
  }

  request(request: SessionRequest, nowMs: number): void {
    const { typeUrl, nonce, names = [], subscribe = [], unsubscribe = [] } = request
    // What is newly wanted counts from here on. With much outstanding an older revision, which is never wrong, costs less.
    if (this.#outstanding.size < FEW) this.#outstanding.reckon()
    const first = !this.holdings.types.has(typeUrl)
    const type = this.holdings.open(typeUrl)
    if (type.inFlight !== undefined && type.inFlight.nonce === nonce) this.#answer(type, request, nowMs)
    const { subscription } = type
    const sotw = this.holdings.mode === 'sotw'
    const own = (some: readonly string[]) => this.#ownNames(typeUrl, some)
    const change = sotw ? subscription.replace(own(names)) : subscription.change(own(subscribe), unsubscribe)
    const since = this.#outstanding.takeAwaited(typeUrl, ANY_NAME)
    this.holdings.expected.delete(typeUrl)
    // A client that names its listeners (gRPC) asks for clusters by their names too, once it has the routes.
    if (typeUrl === LISTENER_TYPE && !subscription.everything) this.holdings.expected.clear()
    if (first) this.#resume(type, request.initialVersions, since)
    this.#drop(type, change)
    this.#add(type, change, since, first)
    this.#outstanding.settle()
  }

  /** The texts that the view has for these names: hundreds of clients ask for the same thousand names. */
  #ownNames(typeUrl: TypeUrl, names: readonly string[]): readonly string[] {
    return names.map((name) => this.holdings.view.get(typeUrl, name)?.name ?? name)
  }

  viewChanged(changes: ViewChanges): void {
    const since = this.#outstanding.advance()
    for (const [typeUrl, names] of changes) {
      const type = this.holdings.types.get(typeUrl)
      for (const name of names) {
        if (isWildcardHost(typeUrl, name)) this.#touchHosts(since)
        else if (type?.subscription.wants(name)) this.#changed(type, name, since)
        else this.#outstanding.expect({ typeUrl, name }, since)
      }
    }
    this.#outstanding.settle()
  }

  /** The virtual host of a wildcard may answer for any that was asked for. */
  #touchHosts(since: number): void {
    const type = this.holdings.types.get(VIRTUAL_HOST_TYPE)
    if (type !== undefined) for (const name of type.subscription.names) this.#changed(type, name, since)
  }

  #changed(type: TypeState, name: string, since: number): void {
    this.#recognise(type, name, since)
    this.#outstanding.touchChanged(type, name, since)
  }

  /** What the client has from an earlier stream may be in the view again: what it names is known then. */
  #recognise(type: TypeState, name: string, since: number): void {
    const current = this.holdings.view.get(type.typeUrl, name)
    const good = type.entries.get(name)?.good
    if (good === undefined || isKnown(good) || good.version !== current?.version) return
    this.holdings.references.put(type.typeUrl, this.holdings.entry(type, name), 'good', current)
    for (const ref of current.refs) this.#outstanding.expect(ref, since)
  }

  /** Call now and then while `awaiting`: what was missing at the tick before as well is not waited for any more. */
  tick(): void {
    for (const { typeUrl, left } of this.holdings.types.values())
      left.tick((name) => this.holdings.references.has({ typeUrl, name }))
    const { awaiting, waived, references } = this.holdings
    for (const awaited of awaiting) {
      const { typeUrl, name } = awaited
      if (name !== ANY_NAME && !references.hasAcknowledged(awaited)) awaiting.delete(typeUrl, name)
      else if (!awaited.overdue) awaited.overdue = true
      else {
        awaiting.delete(typeUrl, name)
        waived.add(refKey(typeUrl, name))
        if (awaited.name === ANY_NAME) this.holdings.expected.delete(awaited.typeUrl)
      }
    }
    this.#outstanding.settle()
  }

  /** The next response that may go out now. It counts as sent. */
  take(): SessionResponse | undefined {
    for (const type of this.holdings.ordered()) {
      if (type.inFlight !== undefined) continue
      const composition = compose(this.holdings, type)
      if (composition === undefined) continue
      this.#nonces += 1
      const { upserts, removals, listed } = composition
      type.inFlight = { nonce: String(this.#nonces), upserts, removals, revision: this.#outstanding.revision }
      type.responses += 1
      const isUnresolved = (name: string) =>
        type.typeUrl === VIRTUAL_HOST_TYPE && type.entries.get(name)?.good === undefined
      const gone = this.holdings.mode === 'delta' ? [...removals] : []
      const unresolved = gone.filter(isUnresolved)
      this.#markSent(type, type.inFlight)
      const version = `${this.#outstanding.revision}.${this.#nonces}`
      return {
        ...{ typeUrl: type.typeUrl, nonce: type.inFlight.nonce, version, resources: listed },
        removals: unresolved.length === 0 ? gone : gone.filter((name) => !isUnresolved(name)),
        unresolved,
      }
    }
    return undefined
  }

  #markSent(type: TypeState, { upserts, removals }: InFlight): void {
    const mark = (name: string, resource: XdsResource | typeof REMOVAL) => {
      const entry = this.holdings.entry(type, name)
      entry.resend = false
      this.holdings.references.putSent(type.typeUrl, entry, resource)
    }
    for (const [name, resource] of upserts) {
      mark(name, resource)
      for (const ref of followersOf(resource.refs)) this.#repeat(ref, sinceOf(type, name))
    }
    for (const name of removals) mark(name, REMOVAL)
  }

  #answer(type: TypeState, request: SessionRequest, nowMs: number): void {
    const inFlight = type.inFlight as InFlight
    type.inFlight = undefined
    type.owed = undefined
    if (request.error === undefined) {
      type.ackedAtMs = nowMs
      for (const [name, resource] of inFlight.upserts) this.#accept(type, name, resource, inFlight.revision)
      for (const name of inFlight.removals) this.#acceptRemoval(type, name, inFlight.revision)
    } else this.#refuse(type, inFlight, request.error, nowMs)
  }

  /** The entry that a response spoke of, unless the client has dropped or renewed its interest since. */
  #answered(type: TypeState, name: string, sent: Entry['sent']): Entry | undefined {
    const entry = type.entries.get(name)
    return entry?.sent === sent ? entry : undefined
  }

  #accept(type: TypeState, name: string, resource: XdsResource, revision: number): void {
    const entry = this.#answered(type, name, resource)
    if (entry === undefined) return
    if (isFirst(entry) && isIndependent(resource) && this.holdings.desired(type, name) === resource) {
      this.#acceptFirst(type, resource)
      return
    }
    const { references } = this.holdings
    const working = this.holdings.working(entry)
    // If the last good version went again, in place of a refused one, then that one stays refused.
    const instead = isRefusedVersion(entry.refused) && entry.good?.version === resource.version
    references.put(type.typeUrl, entry, 'good', resource)
    if (!instead) {
      references.putRefused(type.typeUrl, entry, undefined)
      type.missed.delete(name)
    }
    references.putSent(type.typeUrl, entry, undefined)
    entry.suspect = false
    for (const ref of followersOf(resource.refs)) this.#outstanding.expect(ref, sinceOf(type, name))
    const warms = working !== undefined && working.version !== resource.version && !this.holdings.arrived(resource)
    references.put(type.typeUrl, entry, 'previous', warms ? working : undefined)
    if (warms) type.warming.add(name)
    this.#outstanding.touchAnswered(type, name, instead ? 0 : revision)
  }

  /** As `#accept`, for what most of a first configuration is: it is as it should be, and nothing else depends on it. */
  #acceptFirst(type: TypeState, resource: XdsResource): void {
    const { name, refs } = resource
    const since = sinceOf(type, name)
    type.entries.set(name, settledEntry(resource))
    type.dirty.delete(name)
    type.left.delete(name)
    for (const ref of refs) this.#outstanding.expect(ref, since)
  }

  #acceptRemoval(type: TypeState, name: string, revision: number): void {
    const entry = this.#answered(type, name, REMOVAL)
    if (entry === undefined) return
    this.holdings.references.clear(type.typeUrl, entry)
    type.missed.delete(name)
    entry.suspect = false
    this.#outstanding.touchAnswered(type, name, revision)
  }

  #refuse(type: TypeState, inFlight: InFlight, message: string, nowMs: number): void {
    const { upserts, removals, revision } = inFlight
    const named = new Set(refusedNames(message, [...upserts.keys()]))
    for (const [name, resource] of upserts) {
      if (named.size > 0 && !named.has(name)) this.#accept(type, name, resource, revision)
      else this.#refuseOne(type, name, resource, { message, nowMs, alone: named.size > 0 || upserts.size === 1 })
    }
    for (const name of removals) {
      if (named.size > 0) this.#acceptRemoval(type, name, revision)
      else this.#refuseOne(type, name, REMOVAL, { message, nowMs, alone: true })
    }
  }

  #refuseOne(
    type: TypeState,
    name: string,
    sent: XdsResource | typeof REMOVAL,
    { message, nowMs, alone }: { readonly message: string; readonly nowMs: number; readonly alone: boolean },
  ): void {
    const entry = this.#answered(type, name, sent)
    if (entry === undefined) return
    entry.suspect = !alone
    this.holdings.references.putRefused(type.typeUrl, entry, { resource: sent, message, atMs: nowMs })
    this.holdings.references.putSent(type.typeUrl, entry, undefined)
    this.#outstanding.touch(type, name, sinceOf(type, name))
  }

  /** First request of a type: what the client has from an earlier stream. */
  #resume(type: TypeState, versions: ReadonlyMap<string, string> | undefined, since: number): void {
    if (versions !== undefined && versions.size > 0) this.holdings.resumed = true
    for (const [name, version] of versions ?? []) {
      if (!type.subscription.wants(name)) continue
      const current = this.holdings.view.get(type.typeUrl, name)
      const has = current?.version === version ? current : { unknown: true as const, version }
      this.holdings.references.put(type.typeUrl, this.holdings.entry(type, name), 'good', has)
      for (const ref of current?.version === version ? current.refs : []) this.#outstanding.expect(ref, since)
      this.#outstanding.touch(type, name, since)
    }
  }

  #add(type: TypeState, change: SubscriptionChange, since: number, first: boolean): void {
    if (change.everything) {
      type.owed = since
      for (const { name } of this.holdings.wanted(type)) {
        if (type.entries.has(name)) this.#outstanding.touch(type, name, since)
        else this.#outstanding.touchFirst(type, name, since)
      }
    }
    for (const name of change.added) {
      const entry = this.holdings.entry(type, name)
      // What a first request says that the client has need not go again; any other name is answered.
      if (!first || entry.good === undefined) entry.resend = true
      if (this.holdings.waived.size > 0) this.holdings.waived.delete(refKey(type.typeUrl, name))
      this.#outstanding.touch(type, name, Math.min(since, this.#outstanding.takeAwaited(type.typeUrl, name)))
    }
  }

  #drop(type: TypeState, change: SubscriptionChange): void {
    for (const name of change.dropped) {
      if (!type.subscription.wants(name)) continue
      // Within "everything", the client asks where a name that it drops stands now.
      this.holdings.entry(type, name).resend = true
      this.#outstanding.touch(type, name, this.#outstanding.lastAckedRevision)
    }
    if (change.dropped.length === 0 && !change.nothingElse) return
    for (const [name] of type.entries) {
      if (type.subscription.wants(name)) continue
      this.holdings.references.clear(type.typeUrl, this.holdings.entry(type, name))
      type.entries.delete(name)
      type.dirty.delete(name)
      type.left.delete(name)
      type.missed.delete(name)
      this.#outstanding.expect({ typeUrl: type.typeUrl, name }, this.#outstanding.lastAckedRevision)
    }
  }

  /** Something that names this is on its way to the client: endpoints must follow, even if they are there already. */
  #repeat(ref: ResourceRef, since: number): void {
    const type = this.holdings.types.get(ref.typeUrl)
    if (ref.typeUrl !== ENDPOINT_TYPE || !type?.subscription.wants(ref.name)) return
    if (this.holdings.view.get(ref.typeUrl, ref.name) === undefined) return
    this.#outstanding.touchAgain(type, ref.name, since)
  }
}

function isWildcardHost(typeUrl: TypeUrl, name: string): boolean {
  return typeUrl === VIRTUAL_HOST_TYPE && name.includes('/*')
}

function isRefusedVersion(refusal: Refusal | undefined): boolean {
  return refusal !== undefined && refusal.resource !== REMOVAL
}
