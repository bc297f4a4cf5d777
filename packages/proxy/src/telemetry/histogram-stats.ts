import { snakeCase } from './counter-stats.ts'
import { LogLinearHistogram } from './log-linear-histogram.ts'
import type { HistogramStat } from './stat.ts'

/** The histograms of an object of statistics, those that have recorded nothing too: `upstreamRqPerCx` is `upstream_rq_per_cx`. */
export function histogramStats(scope: string, owner: string, stats: object): readonly HistogramStat[] {
  return Object.entries(stats).flatMap(([name, value]) =>
    value instanceof LogLinearHistogram ? [{ scope, owner, name: snakeCase(name), bins: value.counts }] : [],
  )
}
