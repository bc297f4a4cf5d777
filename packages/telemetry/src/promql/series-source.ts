import type { Labels } from './labels.ts'
import type { Matcher } from './matcher.ts'

/** Samples of one series, oldest first. */
export interface SeriesData {
  readonly labels: Labels
  /** Milliseconds since the epoch, ascending. */
  readonly times: ArrayLike<number>
  /** As many as `times`. */
  readonly values: ArrayLike<number>
  /** When the series was found to have ended (Prometheus' staleness markers), ascending. */
  readonly endings: readonly number[]
}

/** A series that a selector names; its samples are only decoded when they are read. */
export interface SeriesHandle {
  readonly labels: Labels
  /** Samples with `afterMs` < time <= `upToMs`. */
  read(afterMs: number, upToMs: number): SeriesData
}

/** Where an expression finds its data. */
export interface SeriesSource {
  /**
   * Series that fulfil all matchers and may have samples with `afterMs` < time <= `upToMs`.
   * @param windowMs how much time the expression looks at once
   */
  select(matchers: readonly Matcher[], afterMs: number, upToMs: number, windowMs: number): readonly SeriesHandle[]
}

/** How many of the ascending `times` are at most `timeMs`. */
export function countUpTo(times: ArrayLike<number>, timeMs: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times[middle]! <= timeMs) low = middle + 1
    else high = middle
  }
  return low
}
