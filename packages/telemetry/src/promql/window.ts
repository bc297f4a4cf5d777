import { countUpTo, type SeriesData } from './series-source.ts'

/** What a range selector sees of one series: the samples from `from` to before `to`. At least one. */
export interface Window {
  readonly series: SeriesData
  readonly from: number
  readonly to: number
}

/** The time that a range selector covers, `afterMs` excluded, `upToMs` included. */
export interface Span {
  readonly afterMs: number
  readonly upToMs: number
}

export function windowsOf(loaded: readonly SeriesData[], span: Span): readonly Window[] {
  const windows: Window[] = []
  for (const series of loaded) {
    const from = countUpTo(series.times, span.afterMs)
    const to = countUpTo(series.times, span.upToMs)
    if (to > from) windows.push({ series, from, to })
  }
  return windows
}

/** The last sample in the span, if the series had not ended after it. Its index, or -1. */
export function latestIn(series: SeriesData, span: Span): number {
  const index = countUpTo(series.times, span.upToMs) - 1
  const time = series.times[index]
  if (time === undefined || time <= span.afterMs) return -1
  const endings = countUpTo(series.endings, span.upToMs)
  return endings > 0 && series.endings[endings - 1]! > time ? -1 : index
}
