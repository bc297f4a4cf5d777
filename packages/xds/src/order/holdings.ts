import type { ResourceRef, ResourceView, TypeUrl, XdsResource } from '../source.ts'
import { CLUSTER_TYPE, ENDPOINT_TYPE, FULL_STATE_TYPES, NAMED_TYPES, TYPE_ORDER } from '../types.ts'
import { AwaitedSet } from './awaited.ts'
import { Entries, LEAST_SHARED } from './entries.ts'
import {
  type Entry,
  emptyEntry,
  isKnown,
  isRefused,
  isSettled,
  mayBeThere,
  REMOVAL,
  settledEntry,
  type UnknownResource,
} from './entry.ts'
import { LeftBehind } from './left-behind.ts'
import { MissedVersions } from './missed.ts'
import { followersOf, MAY_NAME, References, refKey } from './references.ts'
import type { Sharing } from './sharing.ts'
import { Subscription } from './subscription.ts'

export type Mode = 'sotw' | 'delta'

/** A response on its way, until it is answered. */
export interface InFlight {
  readonly nonce: string
  readonly upserts: ReadonlyMap<string, XdsResource>
  readonly removals: ReadonlySet<string>
  /** The view's revision when it was made. */
  readonly revision: number
}

/** One type that a client has asked for. */
export interface TypeState {
  readonly typeUrl: TypeUrl
  readonly subscription: Subscription
  readonly entries: Entries
  /** Names where the client is not where it should be, each with the last revision at which it was. */
  readonly dirty: Map<string, number>
  /** Names whose `previous` version is in use still. */
  readonly warming: Set<string>
  /** Names that the client has, the view has no more, and no response can take away. */
  readonly left: LeftBehind
  readonly missed: MissedVersions
  inFlight: InFlight | undefined
  /** The client waits for a first answer, empty if need be; the value is as in `dirty`. */
  owed: number | undefined
  /** When the last response was acknowledged; 0 before. */
  ackedAtMs: number
  responses: number
}

/**
 * What a client has, by type and name, and the questions that order depends on. References go one of two ways. Types that
 * are asked for by name (endpoints, routes, secrets) follow what names them: the client asks once it has that, and keeps
 * the version before at work meanwhile. All other types (clusters) must be there before what names them.
 */
export class Holdings {
  readonly mode: Mode
  readonly view: ResourceView
  readonly types = new Map<TypeUrl, TypeState>()
  readonly references = new References((ref) => this.entryOf(ref))
  /** What the client is expected to ask for, and has not yet. */
  readonly awaiting = new AwaitedSet()
  /** The client has resources from an earlier stream. */
  resumed = false
  /** Types that the client has not asked for yet, but will. */
  readonly expected = new Set<TypeUrl>()
  /** Followers that the client has not asked for in good time: nothing waits for them. Keys of `refKey`. */
  readonly waived = new Set<string>()

  #ordered: readonly TypeState[] = []
  readonly #sharing: Sharing
  readonly #leastShared: number

  constructor(mode: Mode, view: ResourceView, sharing: Sharing, leastShared = LEAST_SHARED) {
    this.mode = mode
    this.view = view
    this.#sharing = sharing
    this.#leastShared = leastShared
  }

  /** The state of a type, made when first asked for. */
  open(typeUrl: TypeUrl): TypeState {
    const known = this.types.get(typeUrl)
    if (known !== undefined) return known
    const subscription = new Subscription(typeUrl, this.#sharing, this.#leastShared)
    const entries = new Entries(this.#sharing, this.#leastShared)
    const type: TypeState = {
      ...{ typeUrl, subscription, entries, dirty: new Map(), warming: new Set() },
      ...{
        left: new LeftBehind(),
        missed: new MissedVersions(),
        inFlight: undefined,
        owed: undefined,
        ackedAtMs: 0,
        responses: 0,
      },
    }
    this.types.set(typeUrl, type)
    this.#ordered = [...this.types.values()].sort((one, other) => rankOf(one) - rankOf(other))
    return type
  }

  /** Types in the order in which they are to be sent. */
  ordered(): readonly TypeState[] {
    return this.#ordered
  }

  /** The entry, to be changed. Those of `type.entries` are only to be read: they may be shared with other clients. */
  entry(type: TypeState, name: string): Entry {
    const known = type.entries.get(name)
    if (known !== undefined && !Object.isFrozen(known)) return known
    const entry = known === undefined ? emptyEntry() : { ...known }
    type.entries.set(name, entry)
    return entry
  }

  /** To be called when an entry is as it should be. */
  share(type: TypeState, name: string): void {
    const entry = type.entries.get(name)
    if (entry !== undefined && !Object.isFrozen(entry) && isSettled(entry))
      type.entries.set(name, settledEntry(entry.good))
  }

  desired(type: TypeState, name: string): XdsResource | undefined {
    return type.subscription.wants(name) ? this.view.get(type.typeUrl, name) : undefined
  }

  /** Everything of a type that the client should have. */
  *wanted(type: TypeState): Iterable<XdsResource> {
    if (type.subscription.everything) return yield* this.view.list(type.typeUrl)
    for (const name of type.subscription.names) {
      const resource = this.view.get(type.typeUrl, name)
      if (resource !== undefined) yield resource
    }
  }

  /** The client is not known to have exactly what it should have. */
  differs(type: TypeState, name: string): boolean {
    const entry = type.entries.get(name)
    const desired = this.desired(type, name)
    if (entry === undefined) return desired !== undefined
    if (entry.sent !== undefined) return true
    if (desired === undefined) return this.removable(type) && (entry.resend || mayBeThere(entry))
    return (
      entry.resend || entry.suspect || entry.good?.version !== desired.version || entry.refused?.resource === REMOVAL
    )
  }

  /** State of the world has no words for the removal of what was asked for by name. */
  removable(type: TypeState): boolean {
    return this.mode === 'delta' || FULL_STATE_TYPES.has(type.typeUrl)
  }

  /** The client has this, and should not, but no response can say so. */
  isLeftBehind(type: TypeState, name: string): boolean {
    if (this.removable(type) || type.entries.get(name)?.good === undefined) return false
    return this.desired(type, name) === undefined
  }

  /** The client has this, or may have it, and the view has not. */
  outlived(type: TypeState, name: string): boolean {
    const entry = type.entries.get(name)
    return entry !== undefined && mayBeThere(entry) && this.desired(type, name) === undefined
  }

  /** The client has not asked for this in good time. */
  isWaived(ref: ResourceRef): boolean {
    return this.waived.size > 0 && this.waived.has(refKey(ref.typeUrl, ref.name))
  }

  subscribed(ref: ResourceRef): boolean {
    return this.types.get(ref.typeUrl)?.subscription.wants(ref.name) ?? false
  }

  entryOf(ref: ResourceRef): Entry | undefined {
    return this.types.get(ref.typeUrl)?.entries.get(ref.name)
  }

  /**
   * Something at the client names this, or might: a client that resumes has routes that it has not spoken of yet, and that
   * may name what is gone meanwhile.
   */
  named(ref: ResourceRef): boolean {
    if (this.references.has(ref)) return true
    if (!this.resumed) return false
    const unheard = [...this.expected, ...this.awaiting.types()]
    return unheard.some((typeUrl) => MAY_NAME[typeUrl]?.includes(ref.typeUrl))
  }

  /** The first thing that `resource` needs before it may be sent. What the view has not, is not waited for. */
  blocker(resource: XdsResource, entry: Entry): ResourceRef | undefined {
    if (resource.refs.length === 0 || this.#nothingMissing()) return undefined
    for (const ref of resource.refs) {
      if (NAMED_TYPES.has(ref.typeUrl)) continue
      if (!this.subscribed(ref) && !this.expected.has(ref.typeUrl)) continue
      if (this.view.get(ref.typeUrl, ref.name) === undefined || this.complete(ref)) continue
      // With nothing older to fall back on, a resource is better with a gap than not there at all.
      if (entry.good === undefined && this.hopeless(ref)) continue
      return ref
    }
    return undefined
  }

  /** A quick look at what routes wait for: all clusters are acknowledged, and all endpoints that the client asked for are there. */
  #nothingMissing(): boolean {
    if (this.awaiting.size > 0 || this.expected.size > 0) return false
    return [CLUSTER_TYPE, ENDPOINT_TYPE].every((typeUrl) => {
      const type = this.types.get(typeUrl)
      return type !== undefined && type.dirty.size === 0 && type.warming.size === 0
    })
  }

  /** The client has this, and all that follows it, or goes on with the version before until it has. */
  complete(ref: ResourceRef): boolean {
    const entry = this.entryOf(ref)
    if (entry?.good === undefined || entry.sent === REMOVAL || entry.refused?.resource === REMOVAL) return false
    if (isKnown(entry.previous)) return true
    // What an unknown version needs is unknown: it counts only when nothing better is to come.
    if (!isKnown(entry.good)) return isRefused(entry, this.view.get(ref.typeUrl, ref.name))
    return this.arrived(entry.good)
  }

  /** The version of a resource that is at work. */
  working(entry: Entry): XdsResource | UnknownResource | undefined {
    if (entry.previous !== undefined) return entry.previous
    return entry.good !== undefined && this.arrived(entry.good) ? entry.good : undefined
  }

  /** Forgets the versions that are not in use any more. */
  cool(type: TypeState): void {
    for (const name of type.warming) {
      const entry = type.entries.get(name)
      if (entry?.good !== undefined && entry.previous !== undefined && !this.arrived(entry.good)) continue
      if (entry?.previous !== undefined) {
        this.references.put(type.typeUrl, entry, 'previous', undefined)
        this.share(type, name)
      }
      type.warming.delete(name)
    }
  }

  /** All that follows this resource is at the client. */
  arrived(resource: XdsResource | UnknownResource): boolean {
    return this.#missing(resource) === undefined
  }

  /** The client has refused this, or what follows it, and has no other version. */
  hopeless(ref: ResourceRef): boolean {
    const entry = this.entryOf(ref)
    if (entry === undefined) return false
    if (entry.good === undefined) return isRefused(entry, this.view.get(ref.typeUrl, ref.name))
    const missing = this.#missing(entry.good)
    return missing !== undefined && this.hopeless(missing)
  }

  #missing(resource: XdsResource | UnknownResource): ResourceRef | undefined {
    if (!isKnown(resource)) return undefined
    return followersOf(resource.refs).find((ref) => {
      if (this.isWaived(ref)) return false
      if (this.view.get(ref.typeUrl, ref.name) === undefined) return false
      return this.entryOf(ref)?.good === undefined
    })
  }
}

function rankOf({ typeUrl }: TypeState): number {
  const at = TYPE_ORDER.indexOf(typeUrl)
  return at === -1 ? TYPE_ORDER.length : at
}
