/** A client has an old version of something for all revisions after `since` and before `until`. */
interface Missed {
  readonly since: number
  readonly until: number
}

/**
 * Versions that a client never had, because they were refused or held back until the view had nothing of that name any more.
 * Where the client keeps what it had before, it stands where the view stood at `since`, or, without that name, at `until`:
 * never in between.
 */
export class MissedVersions {
  readonly #names = new Map<string, Missed>()

  note(name: string, missed: Missed): void {
    const since = this.#names.get(name)?.since ?? missed.since
    this.#names.set(name, { since, until: missed.until })
  }

  /** The client has something else of this name now, or nothing. */
  delete(name: string): void {
    this.#names.delete(name)
  }

  /** What nobody asks about any more, once `revision` is acknowledged. */
  forgetBefore(revision: number): void {
    for (const [name, { until }] of this.#names) if (until <= revision) this.#names.delete(name)
  }

  /** `revision`, or an earlier one if something was missed at it. */
  before(revision: number): number {
    let settled = revision
    for (const { since, until } of this.#names.values()) if (settled > since && settled < until) settled = since
    return settled
  }
}
