import type { ResourceRef, ResourceView, TypeUrl } from '../source.ts'
import { NAMED_TYPES } from '../types.ts'
import type { Holdings, TypeState } from './holdings.ts'
import { settledRevision } from './progress.ts'

/**
 * Where a client is not where it should be, and since which revision of the view: what of each type differs (`dirty`), what
 * it will ask for by itself (`awaiting`), and the revisions that follow from both.
 */
export class Outstanding {
  readonly #holdings: Holdings
  #revision: number
  #acked = 0
  #answered = 0
  #reckoned = false

  constructor(holdings: Holdings, view: ResourceView) {
    this.#holdings = holdings
    this.#revision = view.revision
  }

  /** The view's revision as far as `advance` has told. */
  get revision(): number {
    return this.#revision
  }

  /** See `ProxyStatus`. */
  get ackedRevision(): number {
    this.reckon()
    return this.#acked
  }

  /** See `ProxyStatus`. */
  get answeredRevision(): number {
    this.reckon()
    return this.#answered
  }

  /** The acknowledged revision as it was last reckoned: never too high. */
  get lastAckedRevision(): number {
    return this.#acked
  }

  get size(): number {
    let count = this.#holdings.awaiting.size
    for (const { dirty } of this.#holdings.types.values()) count += dirty.size
    return count
  }

  /** The view has changed; returns its revision before. */
  advance(): number {
    const before = this.#revision
    this.#revision = this.#holdings.view.revision
    return before
  }

  /** Something changed. What that means for revisions is reckoned when somebody asks. */
  settle(): void {
    for (const type of this.#holdings.types.values()) {
      this.#holdings.cool(type)
      if (type.dirty.size === 0) type.entries.settle()
    }
    this.#reckoned = false
  }

  reckon(): void {
    if (this.#reckoned) return
    this.#reckoned = true
    const holdings = this.#holdings
    this.#acked = settledRevision(holdings, this.#acked, this.#revision, true)
    this.#answered = settledRevision(holdings, this.#answered, this.#revision, false)
    for (const { missed } of holdings.types.values()) missed.forgetBefore(this.#acked)
  }

  /** Notes whether the client is where it should be with this; `since` is the last revision at which it was. */
  touch(type: TypeState, name: string, since: number): void {
    const holdings = this.#holdings
    if (holdings.isLeftBehind(type, name)) type.left.put(name)
    else type.left.delete(name)
    if (holdings.differs(type, name)) {
      holdings.entry(type, name)
      if (!type.dirty.has(name)) type.dirty.set(name, since)
      return
    }
    type.dirty.delete(name)
    const entry = type.entries.get(name)
    if (entry === undefined || Object.isFrozen(entry)) return
    holdings.references.putRefused(type.typeUrl, entry, undefined)
    entry.suspect = false
    if (entry.good === undefined) type.entries.delete(name)
    else holdings.share(type, name)
  }

  /** As `touch`, after the view has changed in this. */
  touchChanged(type: TypeState, name: string, since: number): void {
    const before = type.dirty.get(name)
    if (before !== undefined && before < since && this.#holdings.outlived(type, name))
      type.missed.note(name, { since: before, until: this.#revision })
    this.touch(type, name, since)
  }

  /** As `touch`, after an answer to what was sent at `revision`. */
  touchAnswered(type: TypeState, name: string, revision: number): void {
    const before = sinceOf(type, name)
    const since = type.entries.get(name)?.resend ? before : Math.max(before, revision)
    type.dirty.delete(name)
    this.touch(type, name, since)
  }

  /** As `touch`, for what must go again though the client may have it. */
  touchAgain(type: TypeState, name: string, since: number): void {
    this.#holdings.entry(type, name).resend = true
    this.touch(type, name, since)
    type.dirty.set(name, Math.min(since, sinceOf(type, name)))
  }

  /** As `touch`, for what the client is to have and has nothing of. */
  touchFirst(type: TypeState, name: string, since: number): void {
    this.#holdings.entry(type, name)
    if (!type.dirty.has(name)) type.dirty.set(name, since)
  }

  /** The client will ask for this by its name if something that it has names it. */
  expect(ref: ResourceRef, since: number): void {
    if (!NAMED_TYPES.has(ref.typeUrl)) return
    const { awaiting, view, references } = this.#holdings
    if (view.get(ref.typeUrl, ref.name) === undefined) awaiting.delete(ref.typeUrl, ref.name)
    else if (this.#holdings.isWaived(ref) || this.#holdings.subscribed(ref)) return
    else if (references.hasAcknowledged(ref)) this.await(ref.typeUrl, ref.name, since)
  }

  await(typeUrl: TypeUrl, name: string, since: number): void {
    const { awaiting } = this.#holdings
    const earlier = awaiting.get(typeUrl, name)
    if (earlier === undefined) awaiting.set({ typeUrl, name, since, overdue: false })
    else if (since < earlier.since) awaiting.set({ ...earlier, since })
  }

  /** The wait is over; returns the last revision at which this was not missing. */
  takeAwaited(typeUrl: TypeUrl, name: string): number {
    const { awaiting } = this.#holdings
    const since = awaiting.get(typeUrl, name)?.since ?? this.#acked
    awaiting.delete(typeUrl, name)
    return since
  }
}

/** The last revision at which the client was where it should be with this; 0 if that is so now. */
export function sinceOf(type: TypeState, name: string): number {
  return type.dirty.get(name) ?? 0
}
