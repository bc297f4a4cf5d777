import type { XdsResource } from '../source.ts'

/** A resource that the client has from an earlier stream: what it names is not known. */
export interface UnknownResource {
  readonly unknown: true
  readonly version: string
}

/** Stands for "not there" where a resource may stand. */
export const REMOVAL = Symbol('removal')

export interface Refusal {
  /** What was refused; a removal can be refused too. */
  readonly resource: XdsResource | typeof REMOVAL
  readonly message: string
  readonly atMs: number
}

/**
 * What a client has of one resource. Up to three versions can be in use at it at the same time: the last good one, the
 * one before while the good one waits for what it needs, and one that was refused (in part, perhaps).
 */
export interface Entry {
  /** Acknowledged. */
  good: XdsResource | UnknownResource | undefined
  /** The version before `good`, still at work until everything that `good` needs has arrived. */
  previous: XdsResource | UnknownResource | undefined
  refused: Refusal | undefined
  /** In the response that is not answered yet. */
  sent: XdsResource | typeof REMOVAL | undefined
  /** The client waits for an answer even if it has the newest version (or if there is none). */
  resend: boolean
  /** Was in a response whose refusal named nothing: goes again by itself, to find the culprit. */
  suspect: boolean
}

export function emptyEntry(): Entry {
  return { good: undefined, previous: undefined, refused: undefined, sent: undefined, resend: false, suspect: false }
}

const settled = new WeakMap<XdsResource, Entry>()

/**
 * The entry of a client that has acknowledged this and nothing else is to be said: one for all clients, and frozen. There
 * are thousands of entries for each of hundreds of clients, and nearly all are like this.
 */
export function settledEntry(good: XdsResource): Entry {
  let entry = settled.get(good)
  if (entry === undefined) settled.set(good, (entry = Object.freeze({ ...emptyEntry(), good })))
  return entry
}

/** Nothing is to be said but what is acknowledged. */
export function isSettled(entry: Entry): entry is Entry & { readonly good: XdsResource } {
  const { good, previous, refused, sent, resend, suspect } = entry
  return isKnown(good) && previous === undefined && refused === undefined && sent === undefined && !resend && !suspect
}

/** The client has nothing of it but what was just sent. */
export function isFirst({ good, previous, refused, resend, suspect }: Entry): boolean {
  return good === undefined && previous === undefined && refused === undefined && !resend && !suspect
}

export function isKnown(resource: XdsResource | UnknownResource | undefined): resource is XdsResource {
  return resource !== undefined && 'body' in resource
}

/**
 * The client has this, or might: a suspect was in a response of which it took some, and a removal that it refused may be the
 * removal of one.
 */
export function mayBeThere({ good, refused, suspect }: Entry): boolean {
  return good !== undefined || suspect || refused?.resource === REMOVAL
}

/** The client refused exactly what it should have now (`undefined`: that it should not have it). */
export function isRefused(entry: Entry, desired: XdsResource | undefined): boolean {
  if (entry.refused === undefined || entry.suspect || entry.sent !== undefined) return false
  const { resource } = entry.refused
  return resource === REMOVAL ? desired === undefined : resource.version === desired?.version
}
