import type { Held, ProxyNode, ProxyStatus, Rejection, ResourceRef, SyncState } from '../source.ts'
import { isKnown, isRefused, REMOVAL, type Refusal } from './entry.ts'
import type { Holdings, TypeState } from './holdings.ts'
import type { Session } from './session.ts'

/** Longest list of held resources in a status. */
const MAX_HELD = 100

export interface TypeStatus {
  readonly typeUrl: string
  readonly state: SyncState
  readonly resources: number
  readonly atMs: number
}

/** The status of a session, computed part by part when it is read: it is asked for after each request of hundreds of proxies. */
export function liveStatus(node: ProxyNode, session: Session, connectedAtMs: number): ProxyStatus {
  const { holdings } = session
  return {
    node,
    mode: holdings.mode,
    connectedAtMs,
    get ackedRevision() {
      return session.ackedRevision
    },
    get answeredRevision() {
      return session.answeredRevision
    },
    get types() {
      return typeStatuses(holdings)
    },
    get rejections() {
      return rejections(holdings)
    },
    get held() {
      return heldBack(holdings)
    },
  }
}

/** Where each type stands, in the order in which types are sent. */
export function typeStatuses(holdings: Holdings): TypeStatus[] {
  return holdings.ordered().map((type) => new TypeStanding(holdings, type))
}

/** A class, because it is made for each type of hundreds of proxies with every change. */
class TypeStanding implements TypeStatus {
  readonly typeUrl: string
  readonly state: SyncState
  readonly atMs: number
  readonly #type: TypeState

  constructor(holdings: Holdings, type: TypeState) {
    this.typeUrl = type.typeUrl
    this.state = stateOf(holdings, type)
    this.atMs = type.ackedAtMs
    this.#type = type
  }

  get resources(): number {
    let count = 0
    for (const [, { good }] of this.#type.entries) if (good !== undefined) count += 1
    return count
  }
}

function stateOf(holdings: Holdings, type: TypeState): SyncState {
  if (holdings.references.refusals > 0)
    for (const name of type.dirty.keys()) if (refusalOf(type, name) !== undefined) return 'NACKED'
  if (type.responses === 0) return type.dirty.size === 0 ? 'SYNCED' : 'NOT SENT'
  return type.inFlight === undefined && type.dirty.size === 0 ? 'SYNCED' : 'STALE'
}

/** Suspects do not count: which of them is to blame is being found out. */
function refusalOf(type: TypeState, name: string): Refusal | undefined {
  const entry = type.entries.get(name)
  return entry?.suspect ? undefined : entry?.refused
}

/** What is refused now: until a later version is acknowledged, or what was refused is not wanted any more. */
export function rejections(holdings: Holdings): Rejection[] {
  if (holdings.references.refusals === 0) return []
  const byAnswer = new Map<string, { resources: ResourceRef[]; origins: Set<string>; first: Rejection }>()
  for (const type of holdings.types.values()) {
    for (const name of type.dirty.keys()) {
      const refusal = refusalOf(type, name)
      if (refusal === undefined) continue
      const { message, atMs, resource } = refusal
      const key = JSON.stringify([type.typeUrl, message, atMs])
      const first = { typeUrl: type.typeUrl, message, atMs, resources: [], origins: [] }
      const group = byAnswer.get(key) ?? { resources: [], origins: new Set(), first }
      byAnswer.set(key, group)
      group.resources.push({ typeUrl: type.typeUrl, name })
      for (const origin of resource === REMOVAL ? [] : resource.origins) group.origins.add(origin)
    }
  }
  return [...byAnswer.values()].map(({ first, resources, origins }) => ({ ...first, resources, origins: [...origins] }))
}

/** What is not sent, or not removed, because of something else. */
export function heldBack(holdings: Holdings): Held[] {
  const held: Held[] = []
  for (const type of holdings.types.values()) {
    for (const name of type.dirty.keys()) {
      if (held.length === MAX_HELD) return held
      const entry = type.entries.get(name)
      const desired = holdings.desired(type, name)
      if (entry === undefined || desired === undefined || entry.sent !== undefined || isRefused(entry, desired))
        continue
      const waitsFor = holdings.blocker(desired, entry)
      if (waitsFor === undefined) continue
      const origins = new Set([...desired.origins, ...(isKnown(entry.good) ? entry.good.origins : [])])
      held.push({ typeUrl: type.typeUrl, name, waitsFor, origins: [...origins] })
    }
  }
  return held
}
