import type { XdsResource } from '../source.ts'
import { ANY_NAME } from './awaited.ts'
import { type Entry, isKnown, isRefused, mayBeThere, REMOVAL } from './entry.ts'
import type { Holdings, TypeState } from './holdings.ts'
import { refKey } from './references.ts'

/**
 * The highest revision at which nothing is outstanding; at least `floor`, which was settled before.
 *
 * @param refusalsCount refused resources, and those held back because of them, count as outstanding
 */
export function settledRevision(holdings: Holdings, floor: number, revision: number, refusalsCount: boolean): number {
  let settled = revision
  const kept: Kept[] = []
  const users: Kept[] = []
  for (const awaited of holdings.awaiting) {
    const counts = awaited.name === ANY_NAME || holdings.references.hasAcknowledged(awaited)
    if (counts) settled = Math.min(settled, awaited.since)
    if (settled <= floor) return floor
  }
  for (const type of holdings.types.values()) {
    if (type.owed !== undefined) settled = Math.min(settled, type.owed)
    for (const name of type.warming) users.push({ type, name, since: revision })
    for (const name of type.left.names()) {
      const one = { type, name, since: revision }
      if (holdings.references.has({ typeUrl: type.typeUrl, name })) kept.push(one)
      else if (type.left.awaited(name)) users.push(one)
    }
    for (const [name, since] of type.dirty) {
      if (settled <= floor) return floor
      if (isKept(holdings, type, name)) kept.push({ type, name, since })
      else if (refusalsCount || !waitsForGood(holdings, type, name)) {
        settled = Math.min(settled, since)
        users.push({ type, name, since })
      }
    }
  }
  const least = releasable(kept, users).reduce((one, other) => Math.min(one, other), settled)
  return Math.max(withoutMissed(holdings, least), floor)
}

/** The last revision up to `revision` at which no type has missed anything. */
function withoutMissed(holdings: Holdings, revision: number): number {
  let settled = revision
  for (let before = Infinity; settled < before; ) {
    before = settled
    for (const { missed } of holdings.types.values()) settled = missed.before(settled)
  }
  return settled
}

interface Kept {
  readonly type: TypeState
  readonly name: string
  readonly since: number
}

/** The view has it no more, but it is still named at the client. */
function isKept(holdings: Holdings, type: TypeState, name: string): boolean {
  const entry = type.entries.get(name)
  if (entry === undefined || entry.sent !== undefined || !mayBeThere(entry)) return false
  if (holdings.desired(type, name) !== undefined) return false
  return holdings.references.has({ typeUrl: type.typeUrl, name })
}

/** Refused, or held back by something refused: only another change of the view moves it. */
function waitsForGood(holdings: Holdings, type: TypeState, name: string): boolean {
  const entry = type.entries.get(name)
  if (entry === undefined || entry.sent !== undefined || entry.suspect) return false
  const desired = holdings.desired(type, name)
  if (isRefused(entry, desired)) return true
  const blocker = desired && holdings.blocker(desired, entry)
  return blocker !== undefined && holdings.hopeless(blocker)
}

/**
 * Removals that will come: of what is named only by versions that are going to be replaced. What is named by something
 * that stays (the view itself names what it has not) stays as well, and nobody need wait for its removal.
 */
function releasable(kept: readonly Kept[], users: readonly Kept[]): number[] {
  if (kept.length === 0) return []
  const used = new Set<string>()
  for (const { type, name } of users) use(type, name, used)
  const sinces: number[] = []
  let rest = kept
  for (let before = -1; before !== rest.length; ) {
    before = rest.length
    rest = rest.filter(({ type, name, since }) => {
      if (!used.has(refKey(type.typeUrl, name))) return true
      sinces.push(since)
      use(type, name, used)
      return false
    })
  }
  return sinces
}

/** Adds what the versions of an entry name. */
function use(type: TypeState, name: string, used: Set<string>): void {
  const entry = type.entries.get(name)
  if (entry === undefined) return
  for (const version of [entry.good, entry.previous, resourceOf(entry.sent), resourceOf(entry.refused?.resource)]) {
    if (isKnown(version)) for (const ref of version.refs) used.add(refKey(ref.typeUrl, ref.name))
  }
}

function resourceOf(version: Entry['sent']): XdsResource | undefined {
  return version === REMOVAL ? undefined : version
}
