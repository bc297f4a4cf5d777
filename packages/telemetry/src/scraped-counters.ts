import { type Exposition, familyOf, type MetricType } from './exposition.ts'
import type { MergeTable } from './merge-table.ts'
import type { MergedCounter, MergedHistogram } from './merged-entry.ts'
import type { Series } from './series.ts'

/** Proxies whose last values are remembered; the one scraped longest ago goes first. */
const MOST_PROXIES = 2_000

/** Where a line of a page belongs. */
type Place =
  | { readonly kind: 'counter'; readonly counter: MergedCounter }
  | { readonly kind: 'bucket'; readonly histogram: MergedHistogram; readonly upTo: number }
  | { readonly kind: 'sum'; readonly histogram: MergedHistogram }
  | { readonly kind: 'count'; readonly histogram: MergedHistogram }

/**
 * Adds what the pages of many proxies say to the sums of the mesh.
 *
 * Invariant: a proxy adds what its counters grew by since its last page. A value below the last one means that it has
 * restarted and counts from zero again. Last values of a proxy that went away are kept, so that one that was only out of
 * reach is not counted twice when it is back.
 */
export class ScrapedCounters {
  readonly #table: MergeTable
  /** Last value by series key, by proxy; least recently scraped first. */
  readonly #last = new Map<string, Map<string, number>>()
  readonly #places = new WeakMap<Series, Place>()

  constructor(table: MergeTable) {
    this.#table = table
  }

  has(proxy: string): boolean {
    return this.#last.has(proxy)
  }

  /** The first page of a proxy counts for sums, not for rates: nobody knows in what time it came about. */
  add(proxy: string, page: Exposition, nowMs: number): void {
    const recent = this.#last.has(proxy)
    const last = this.#last.get(proxy) ?? new Map<string, number>()
    let before: { readonly histogram: MergedHistogram; readonly by: number } | undefined
    for (const { series, value } of page.samples) {
      const place = this.#place(series, page.types, nowMs)
      const by = place === undefined ? undefined : grown(last.get(series.key), value)
      if (place === undefined || by === undefined) continue
      last.set(series.key, value)
      if (place.kind === 'counter') place.counter.add(by, nowMs, recent)
      else if (place.kind === 'sum') place.histogram.add(by, 0, nowMs)
      else if (place.kind === 'count') place.histogram.add(0, by, nowMs)
      else if (place.kind === 'bucket') {
        const below = before?.histogram === place.histogram ? before.by : 0
        place.histogram.addBucket(place.upTo, by, by - below, recent)
        before = { histogram: place.histogram, by }
      }
    }
    this.#remember(proxy, last)
  }

  #place(series: Series, types: ReadonlyMap<string, MetricType>, nowMs: number): Place | undefined {
    const known = this.#places.get(series)
    if (known !== undefined && !seriesOf(known).forgotten) return known
    const place = this.#find(series, types, nowMs)
    if (place !== undefined) this.#places.set(series, place)
    return place
  }

  #find(series: Series, types: ReadonlyMap<string, MetricType>, nowMs: number): Place | undefined {
    const family = familyOf(series.name, types)
    const type = types.get(family)
    const { le, ...labels } = Object.fromEntries(series.labels)
    if (type === 'counter') {
      const counter = this.#table.counter(series.name, Object.fromEntries(series.labels), nowMs)
      return counter && { kind: 'counter', counter }
    }
    const histogram = type === 'histogram' ? this.#table.histogram(family, labels, nowMs) : undefined
    if (histogram === undefined) return undefined
    if (series.name.endsWith('_sum')) return { kind: 'sum', histogram }
    if (series.name.endsWith('_count')) return { kind: 'count', histogram }
    const upTo = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
    return Number.isNaN(upTo) ? undefined : { kind: 'bucket', histogram, upTo }
  }

  #remember(proxy: string, last: Map<string, number>): void {
    this.#last.delete(proxy)
    this.#last.set(proxy, last)
    const oldest = this.#last.keys().next().value
    if (this.#last.size > MOST_PROXIES && oldest !== undefined) this.#last.delete(oldest)
  }
}

function seriesOf(place: Place): MergedCounter | MergedHistogram {
  return place.kind === 'counter' ? place.counter : place.histogram
}

/** Undefined for what no counter says: NaN, infinite or negative values. */
function grown(before: number | undefined, now: number): number | undefined {
  if (!Number.isFinite(now) || now < 0) return undefined
  return before === undefined || now < before ? now : now - before
}
