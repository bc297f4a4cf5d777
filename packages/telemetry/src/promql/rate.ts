import type { SeriesData } from './series-source.ts'
import type { Span, Window } from './window.ts'

/** Where each counter went back: indices of the first sample after a reset. Found once for each series of a query. */
const resetIndices = new WeakMap<SeriesData, readonly number[]>()

function resetsOf(series: SeriesData): readonly number[] {
  const known = resetIndices.get(series)
  if (known !== undefined) return known
  const found: number[] = []
  const { values } = series
  for (let index = 1; index < values.length; index += 1) if (values[index]! < values[index - 1]!) found.push(index)
  resetIndices.set(series, found)
  return found
}

/**
 * What `delta`, `increase` (counter) and `rate` (counter, perSecond) share: the difference of the first and the last sample,
 * extrapolated to the borders of the span where samples come close to them. Undefined with fewer than two samples.
 */
export function extrapolated(
  { series, from, to }: Window,
  span: Span,
  kind: { readonly counter: boolean; readonly perSecond: boolean },
): number | undefined {
  if (to - from < 2) return undefined
  const { times, values } = series
  let difference = values[to - 1]! - values[from]!
  if (kind.counter) {
    for (const index of resetsOf(series)) if (index > from && index < to) difference += values[index - 1]!
  }
  const sampled = (times[to - 1]! - times[from]!) / 1_000
  const interval = sampled / (to - 1 - from)
  let toStart = (times[from]! - span.afterMs) / 1_000
  let toEnd = (span.upToMs - times[to - 1]!) / 1_000
  // A series whose samples end further away than this is taken to begin or end inside the span.
  const threshold = interval * 1.1
  if (toStart >= threshold) toStart = interval / 2
  if (kind.counter && difference > 0 && values[from]! >= 0) {
    // No counter was ever below zero: not further back than where it would have been zero.
    toStart = Math.min(toStart, sampled * (values[from]! / difference))
  }
  if (toEnd >= threshold) toEnd = interval / 2
  let factor = sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled
  if (kind.perSecond) factor /= (span.upToMs - span.afterMs) / 1_000
  return difference * factor
}

/** `irate` (per second, of a counter) and `idelta`: of the last two samples. */
export function instantChange({ series, from, to }: Window, isRate: boolean): number | undefined {
  if (to - from < 2) return undefined
  const { times, values } = series
  const seconds = (times[to - 1]! - times[to - 2]!) / 1_000
  const last = values[to - 1]!
  const before = values[to - 2]!
  if (seconds === 0) return undefined
  if (!isRate) return last - before
  return (last < before ? last : last - before) / seconds
}

/** How often a counter went back, or (`changes`) how often the value became another one. */
export function countResets({ series, from, to }: Window): number {
  return resetsOf(series).filter((index) => index > from && index < to).length
}

export function countChanges({ series, from, to }: Window): number {
  const { values } = series
  let changes = 0
  for (let index = from + 1; index < to; index += 1) {
    const same = values[index] === values[index - 1] || (Number.isNaN(values[index]) && Number.isNaN(values[index - 1]))
    if (!same) changes += 1
  }
  return changes
}
