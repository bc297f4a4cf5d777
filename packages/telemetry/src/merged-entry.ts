import { nativeBucket } from '@mizzen/base'
import type { Labels } from './label-set.ts'
import type { Exemplar, MergedSeries } from './merged-series.ts'
import type { Tally } from './tally.ts'
import type { TallyRole } from './tally-role.ts'
import { LATENCY_BOUNDS_MS } from './traffic-totals.ts'

/** A series of the whole mesh, as this package changes it. */
export class MergedEntry implements MergedSeries {
  readonly name: string
  readonly labels: Labels
  value = 0
  exemplar: Exemplar | undefined

  constructor(name: string, labels: Labels) {
    this.name = name
    this.labels = labels
  }
}

type Link = { readonly tally: Tally; readonly role: TallyRole } | undefined

/** A counter, with the tally that it counts for. */
export class MergedCounter {
  readonly entry: MergedEntry
  /** The table has let go of it: it must be looked for anew. */
  forgotten = false
  grownAtMs: number
  readonly #link: Link

  constructor(name: string, labels: Labels, link: Link, nowMs: number) {
    this.entry = new MergedEntry(name, labels)
    this.#link = link
    this.grownAtMs = nowMs
  }

  /** @param recent false = nobody knows in what time it came about: good for sums, not for rates */
  add(by: number, nowMs: number, recent: boolean): void {
    this.grownAtMs = nowMs
    this.entry.value += by
    if (!recent || this.#link === undefined) return
    const { tally, role } = this.#link
    tally.changed = true
    if (role === 'attempts') tally.attempts += by
    else tally.requests += by
    if (role === 'failed-requests') tally.failures += by
  }
}

/** A histogram, with the tally that it counts for. Its buckets are made as their bounds come. */
export class MergedHistogram {
  readonly name: string
  readonly labels: Labels
  readonly sum: MergedEntry
  readonly count: MergedEntry
  forgotten = false
  grownAtMs: number
  readonly #link: Link
  readonly #buckets = new Map<number, MergedEntry>()

  /** @param name of the family, without suffix */
  constructor(name: string, labels: Labels, link: Link, nowMs: number) {
    this.name = name
    this.labels = labels
    this.sum = new MergedEntry(`${name}_sum`, labels)
    this.count = new MergedEntry(`${name}_count`, labels)
    this.#link = link
    this.grownAtMs = nowMs
  }

  add(sum: number, count: number, nowMs: number): void {
    this.grownAtMs = nowMs
    this.sum.value += sum
    this.count.value += count
  }

  /** @param by observations up to and including `upTo`; @param inside those of them above the bound before */
  addBucket(upTo: number, by: number, inside: number, recent: boolean): MergedEntry {
    const bucket = this.#bucket(upTo)
    bucket.value += by
    if (!recent || inside <= 0 || this.#link?.role !== 'latency') return bucket
    const { tally } = this.#link
    const index = BOUND_INDEX.get(upTo)
    if (index === undefined) return bucket
    tally.latency[index] = (tally.latency[index] as number) + inside
    tally.changed = true
    return bucket
  }

  /** Of a native histogram: for the tally alone. @param position as base's `nativeBucket` */
  addNative(position: number, by: number, recent: boolean): void {
    if (!recent || by <= 0 || this.#link?.role !== 'latency') return
    const { native } = this.#link.tally
    native[position] = (native[position] as number) + by
  }

  /** Counts one observation, in Istio's buckets and in native ones. */
  observe(value: number, nowMs: number, exemplar?: Exemplar): void {
    this.addNative(nativeBucket(value), 1, true)
    let below = 0
    let unmarked = exemplar
    for (const upTo of ISTIO_BUCKETS) {
      const by = value <= upTo ? 1 : 0
      const bucket = this.addBucket(upTo, by, by - below, true)
      if (by === 1 && unmarked !== undefined) {
        bucket.exemplar = unmarked
        unmarked = undefined
      }
      below = by
    }
    this.add(value, 1, nowMs)
  }

  /** Its lines, as Prometheus has them. */
  *series(): Generator<MergedEntry> {
    for (const bound of [...this.#buckets.keys()].sort((a, b) => a - b)) yield this.#buckets.get(bound) as MergedEntry
    yield this.sum
    yield this.count
  }

  #bucket(upTo: number): MergedEntry {
    const known = this.#buckets.get(upTo)
    if (known !== undefined) return known
    const le = upTo === Number.POSITIVE_INFINITY ? '+Inf' : String(upTo)
    const made = new MergedEntry(`${this.name}_bucket`, { ...this.labels, le })
    this.#buckets.set(upTo, made)
    return made
  }
}

const ISTIO_BUCKETS = [...LATENCY_BOUNDS_MS, Number.POSITIVE_INFINITY]
const BOUND_INDEX = new Map(ISTIO_BUCKETS.map((bound, index) => [bound, index]))
