import { KahanSum, meanOf } from './kahan-sum.ts'
import { quantileOf } from './quantile-of.ts'
import { countChanges, countResets, extrapolated, instantChange } from './rate.ts'
import type { Span, Window } from './window.ts'

/** What a function makes of the samples of one series; undefined: nothing. `param` is the function's scalar, if it has one. */
export type OverTime = (window: Window, span: Span, param: number, evaluatedMs: number) => number | undefined

/** Functions of a range vector. */
export const OVER_TIME: Readonly<Record<string, OverTime>> = {
  rate: (window, span) => extrapolated(window, span, { counter: true, perSecond: true }),
  increase: (window, span) => extrapolated(window, span, { counter: true, perSecond: false }),
  delta: (window, span) => extrapolated(window, span, { counter: false, perSecond: false }),
  irate: (window) => instantChange(window, true),
  idelta: (window) => instantChange(window, false),
  resets: countResets,
  changes: countChanges,
  deriv: (window) =>
    window.to - window.from < 2 ? undefined : regression(window, window.series.times[window.from]!).slope,
  predict_linear: (window, _span, seconds, evaluatedMs) => {
    if (window.to - window.from < 2) return undefined
    const { slope, intercept } = regression(window, evaluatedMs)
    return slope * seconds + intercept
  },
  count_over_time: ({ from, to }) => to - from,
  present_over_time: () => 1,
  first_over_time: ({ series, from }) => series.values[from],
  last_over_time: ({ series, to }) => series.values[to - 1],
  sum_over_time: sum,
  avg_over_time: ({ series, from, to }) => meanOf(series.values, from, to),
  min_over_time: (window) => best(window, (value, least) => value < least || Number.isNaN(least)),
  max_over_time: (window) => best(window, (value, most) => value > most || Number.isNaN(most)),
  stdvar_over_time: variance,
  stddev_over_time: (window) => Math.sqrt(variance(window)),
  quantile_over_time: ({ series, from, to }, _span, q) =>
    quantileOf(
      q,
      Array.from({ length: to - from }, (_, index) => series.values[from + index]!),
    ),
}

/** Of these the name of the metric stays: what they give is one of its samples. */
export const KEEPS_NAME: readonly string[] = ['first_over_time', 'last_over_time']

function sum({ series, from, to }: Window): number {
  const total = new KahanSum()
  for (let index = from; index < to; index += 1) total.add(series.values[index]!)
  return Math.abs(total.sum) === Number.POSITIVE_INFINITY ? total.sum : total.value
}

function best({ series, from, to }: Window, isBetter: (value: number, than: number) => boolean): number {
  let found = series.values[from]!
  for (let index = from + 1; index < to; index += 1) {
    const value = series.values[index]!
    if (isBetter(value, found)) found = value
  }
  return found
}

function variance({ series, from, to }: Window): number {
  const mean = new KahanSum()
  const squares = new KahanSum()
  for (let index = from; index < to; index += 1) {
    const value = series.values[index]!
    const delta = value - mean.value
    mean.add(delta / (index - from + 1))
    squares.add(delta * (value - mean.value))
  }
  return squares.value / (to - from)
}

/** Least squares. The intercept is the value at `interceptMs`; times count from there, which keeps the sums small. */
function regression({ series, from, to }: Window, interceptMs: number): { slope: number; intercept: number } {
  const { times, values } = series
  const first = values[from]!
  const sumX = new KahanSum()
  const sumY = new KahanSum()
  const sumXY = new KahanSum()
  const sumX2 = new KahanSum()
  let constant = true
  for (let index = from; index < to; index += 1) {
    const x = (times[index]! - interceptMs) / 1_000
    const y = values[index]!
    if (index > from && y !== first) constant = false
    sumX.add(x)
    sumY.add(y)
    sumXY.add(x * y)
    sumX2.add(x * x)
  }
  if (constant) return Math.abs(first) === Number.POSITIVE_INFINITY ? UNKNOWN : { slope: 0, intercept: first }
  const count = to - from
  const covariance = sumXY.value - (sumX.value * sumY.value) / count
  const slope = covariance / (sumX2.value - (sumX.value * sumX.value) / count)
  return { slope, intercept: sumY.value / count - (slope * sumX.value) / count }
}

const UNKNOWN = { slope: Number.NaN, intercept: Number.NaN }
