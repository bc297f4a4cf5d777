import type { XdsResource } from '../source.ts'
import { FULL_STATE_TYPES } from '../types.ts'
import { type Entry, isKnown, isRefused, mayBeThere } from './entry.ts'
import type { Holdings, TypeState } from './holdings.ts'

/** What one response changes, and what it lists. */
export interface Composition {
  readonly upserts: ReadonlyMap<string, XdsResource>
  readonly removals: ReadonlySet<string>
  /** What goes on the wire: the upserts, or in state of the world for clusters and listeners the whole list. */
  readonly listed: readonly XdsResource[]
}

/** All of one type that may go to the client now; undefined if there is nothing. */
export function compose(holdings: Holdings, type: TypeState): Composition | undefined {
  const upserts = new Map<string, XdsResource>()
  const removals = new Set<string>()
  const refusedRemovals: string[] = []
  for (const name of type.dirty.keys()) {
    const entry = holdings.entry(type, name)
    const desired = holdings.desired(type, name)
    if (desired === undefined) {
      const named = holdings.named({ typeUrl: type.typeUrl, name })
      if (named && mayBeThere(entry)) continue
      if (isRefused(entry, undefined)) refusedRemovals.push(name)
      else removals.add(name)
      continue
    }
    const candidate = candidateFor(entry, desired)
    if (candidate !== undefined && holdings.blocker(candidate, entry) === undefined) upserts.set(name, candidate)
  }
  keepOneSuspect(type, upserts)
  if (upserts.size === 0 && removals.size === 0 && type.owed === undefined) return undefined
  // Refused removals are tried again only with something new, so that a client that goes on refusing is left in peace.
  for (const name of refusedRemovals) removals.add(name)
  return { upserts, removals, listed: listed(holdings, type, upserts, removals) }
}

/** The version to send: the newest that the client has not refused. */
function candidateFor(entry: Entry, desired: XdsResource): XdsResource | undefined {
  if (!isRefused(entry, desired)) return desired
  return entry.resend && isKnown(entry.good) ? entry.good : undefined
}

/** Of the suspects only one goes, and by itself. */
function keepOneSuspect(type: TypeState, upserts: Map<string, XdsResource>): void {
  for (const suspect of upserts) {
    if (!type.entries.get(suspect[0])?.suspect) continue
    upserts.clear()
    upserts.set(...suspect)
    return
  }
}

/** In a whole list, what is held back stands with its last good version, and what is still named stays. */
function listed(
  holdings: Holdings,
  type: TypeState,
  upserts: ReadonlyMap<string, XdsResource>,
  removals: ReadonlySet<string>,
): XdsResource[] {
  if (holdings.mode === 'delta' || !FULL_STATE_TYPES.has(type.typeUrl)) return [...upserts.values()]
  const whole: XdsResource[] = []
  const seen = new Set<string>()
  for (const { name } of holdings.wanted(type)) {
    seen.add(name)
    const good = type.entries.get(name)?.good
    const version = upserts.get(name) ?? (isKnown(good) ? good : undefined)
    if (version !== undefined) whole.push(version)
  }
  for (const [name, { good }] of type.entries) {
    if (!seen.has(name) && !removals.has(name) && isKnown(good)) whole.push(good)
  }
  return whole
}
