import { type Logger, silentLogger } from '@mizzen/base'
import type { MergedSeries, SeriesHistory } from '../merged-series.ts'
import { type Labels, labelsFrom, METRIC_NAME } from '../promql/labels.ts'
import type { Matcher } from '../promql/matcher.ts'
import type { SeriesData, SeriesHandle, SeriesSource } from '../promql/series-source.ts'
import type { SeriesCatalogue } from '../query-api/series-catalogue.ts'
import { SeriesIndex } from './series-index.ts'
import type { StoredSeries } from './stored-series.ts'
import { Tier } from './tier.ts'

export interface HistoryLimits {
  /** Series that are kept, ended ones included until their last sample is too old. Further ones are left out. */
  readonly maxSeries: number
  /** Packed values at 1 s, bytes. */
  readonly fineBytes: number
  /** Packed values at 15 s, bytes. */
  readonly coarseBytes: number
}

export interface HistoryOptions {
  /** Default: 50,000 series, 64 and 96 MiB. */
  readonly limits?: Partial<HistoryLimits>
  readonly logger?: Logger
}

/** One moment of the coarse history, for what keeps it on disk. */
export interface CoarseTick {
  readonly atMs: number
  readonly samples: Iterable<readonly [labels: Labels, value: number]>
}

const DEFAULT_LIMITS: HistoryLimits = { maxSeries: 50_000, fineBytes: 64 * 2 ** 20, coarseBytes: 96 * 2 ** 20 }
const FINE = { intervalMs: 1_000, ticks: 3_600 }
const COARSE = { intervalMs: 15_000, ticks: 5_760 }
/** Timers are never exact: a tick may come this much early. */
const EARLY_MS = 100
/** A clock that was set back by more than this begins a new history; by less, nothing is recorded until it has caught up. */
const MAX_SET_BACK_MS = 60_000
/** Queries over more than this read 15 s samples, if their windows hold several of them. */
const FINE_SPAN_MS = 15 * 60_000
const COARSE_WINDOW_MS = 60_000

/**
 * What all series were lately: each second for an hour, each 15 s for a day, in bounded memory. A series that is no longer
 * recorded has ended: it gives no value from then on, and is forgotten with its last sample.
 */
export class History implements SeriesHistory, SeriesSource, SeriesCatalogue {
  readonly #limits: HistoryLimits
  readonly #logger: Logger
  readonly #index = new SeriesIndex()
  /** By the object that the recorder knows them by. */
  readonly #known = new Map<MergedSeries, StoredSeries>()
  #fine: Tier
  #coarse: Tier
  #leftOut = 0
  #onCoarseTick: ((tick: CoarseTick) => void) | undefined
  #restoring = false

  constructor({ limits, logger = silentLogger }: HistoryOptions = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits }
    this.#logger = logger
    this.#fine = this.#newFine()
    this.#coarse = this.#newCoarse()
  }

  get seriesCount(): number {
    return this.#index.size
  }

  /** Samples that were left out since there were too many series. */
  get leftOut(): number {
    return this.#leftOut
  }

  /** Memory of packed values. */
  get bytes(): number {
    return this.#fine.bytes + this.#coarse.bytes
  }

  /** Calls that come sooner than a second after the last one are passed over. */
  record(nowMs: number, series: Iterable<MergedSeries>): void {
    if (!this.#accepts(nowMs)) return
    const coarse = !this.#restoring && isDue(this.#coarse, nowMs)
    this.#fine.begin(nowMs)
    if (coarse) this.#coarse.begin(nowMs)
    for (const one of series) {
      const stored = this.#known.get(one) ?? this.#learn(one)
      if (stored === undefined || !this.#fine.add(stored.fine, one.value) || !coarse) continue
      this.#coarse.add(stored.coarse, one.value)
    }
    this.#endMissing(coarse)
    if (coarse) this.#onCoarseTick?.({ atMs: nowMs, samples: this.#samplesAt(nowMs) })
  }

  /** @param windowMs what a range selector spans, or an instant one looks back: long ones are served at 15 s */
  select(matchers: readonly Matcher[], afterMs: number, upToMs: number, windowMs = 0): readonly SeriesHandle[] {
    const coarse = upToMs - afterMs > FINE_SPAN_MS && windowMs >= COARSE_WINDOW_MS
    return this.#index.select(matchers).map((stored) => ({
      labels: stored.labels,
      read: (after, upTo) => this.#read(stored, after, upTo, coarse),
    }))
  }

  *labelSets(matchers: readonly Matcher[], afterMs: number, upToMs: number): Iterable<Labels> {
    for (const stored of this.#index.select(matchers)) {
      if (this.#coarse.has(stored.coarse, afterMs, upToMs) || this.#fine.has(stored.fine, afterMs, upToMs)) {
        yield stored.labels
      }
    }
  }

  /** Tells of each coarse tick from now on, while it runs. */
  onCoarseTick(listener: (tick: CoarseTick) => void): void {
    this.#onCoarseTick = listener
  }

  /** Until `restored`, coarse ticks come from `restore` alone. */
  beginRestore(): void {
    this.#restoring = true
  }

  /** Adds a coarse tick of an earlier run; later ones follow. */
  restore(atMs: number, samples: Iterable<readonly [Labels, number]>): void {
    if (atMs <= (this.#coarse.lastMs ?? Number.NEGATIVE_INFINITY)) return
    this.#coarse.begin(atMs)
    for (const [labels, value] of samples) {
      const stored = this.#index.get(labels) ?? this.#addSeries(labels)
      if (stored !== undefined) this.#coarse.add(stored.coarse, value)
    }
    for (const stored of this.#index.all()) this.#coarse.end(stored.coarse)
  }

  restored(): void {
    this.#restoring = false
  }

  #accepts(nowMs: number): boolean {
    if (nowMs < (this.#fine.lastMs ?? nowMs) - MAX_SET_BACK_MS) {
      this.#logger.warn('the clock was set back: history begins anew', { to: new Date(nowMs).toISOString() })
      this.#clear()
    }
    if (nowMs <= (this.#coarse.lastMs ?? Number.NEGATIVE_INFINITY)) return false
    return isDue(this.#fine, nowMs)
  }

  #clear(): void {
    this.#index.clear()
    this.#known.clear()
    this.#fine = this.#newFine()
    this.#coarse = this.#newCoarse()
  }

  #learn(series: MergedSeries): StoredSeries | undefined {
    const labels = labelsFrom([...Object.entries(series.labels), [METRIC_NAME, series.name]])
    const stored = this.#index.get(labels) ?? this.#addSeries(labels)
    if (stored !== undefined) this.#known.set(series, stored)
    return stored
  }

  #addSeries(labels: Labels): StoredSeries | undefined {
    if (this.#index.size >= this.#limits.maxSeries) {
      this.#leftOut += 1
      return undefined
    }
    const stored = { labels, fine: this.#fine.column(), coarse: this.#coarse.column() }
    this.#index.add(stored)
    return stored
  }

  /** Ends what got no value at this tick, and forgets what has none left. */
  #endMissing(coarse: boolean): void {
    for (const stored of this.#index.all()) {
      const gone = this.#fine.end(stored.fine)
      if (!coarse) continue
      if (this.#coarse.end(stored.coarse) && gone) this.#index.delete(stored)
    }
    for (const [series, stored] of this.#known) {
      if (!this.#fine.isCurrent(stored.fine)) this.#known.delete(series)
    }
  }

  *#samplesAt(nowMs: number): Iterable<readonly [Labels, number]> {
    for (const { labels, coarse } of this.#index.all()) {
      const value = this.#coarse.current(coarse)
      if (value !== undefined && this.#coarse.lastMs === nowMs) yield [labels, value]
    }
  }

  #read({ labels, fine, coarse }: StoredSeries, afterMs: number, upToMs: number, preferCoarse: boolean): SeriesData {
    // From here on there are fine samples only.
    const firstFineMs = this.#fine.firstMs ?? Number.POSITIVE_INFINITY
    const border = preferCoarse ? (this.#coarse.lastMs ?? Number.NEGATIVE_INFINITY) : firstFineMs - 1
    const late = this.#fine.read(fine, Math.max(afterMs, border), upToMs)
    if (afterMs >= border) return { labels, ...late }
    const early = this.#coarse.read(coarse, afterMs, Math.min(border, upToMs))
    if (early.times.length === 0 && early.endings.length === 0) return { labels, ...late }
    return {
      labels,
      times: joined(early.times, late.times),
      values: joined(early.values, late.values),
      endings: [...early.endings, ...late.endings],
    }
  }

  #newFine(): Tier {
    return new Tier({ ...FINE, maxBytes: this.#limits.fineBytes })
  }

  #newCoarse(): Tier {
    return new Tier({ ...COARSE, maxBytes: this.#limits.coarseBytes })
  }
}

function isDue(tier: Tier, nowMs: number): boolean {
  return tier.lastMs === undefined || nowMs >= tier.lastMs + tier.intervalMs - EARLY_MS
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}
