import { type Canary, type CanaryMetric, parseDuration } from '@mizzen/api'
import type { MetricResult } from '../decide/observation.ts'
import { lowerBound, type Tally } from '../judge/rate-bounds.ts'
import { addTraffic, NO_TRAFFIC, type Sample, type Traffic } from '../judge/sample.ts'
import { settingsOf } from '../judge/settings.ts'

const DEFAULT_INTERVAL_MS = 60_000
/** Part of the requests that may be above a p99. */
const ABOVE_P99 = 0.01

/** Values of a metric that has a query; undefined while there is none. */
export type Query = (metric: CanaryMetric, canary: Canary) => number | undefined

/**
 * The bounds of `analysis.metrics`: `request-success-rate` and `request-duration` on the stream itself, everything else
 * by its query. The first two are bad only beyond doubt: one failed request of three is no 66 %.
 *
 * @param samples of the rollout, oldest first
 * @param now ms since the epoch
 */
export function thresholds(
  canary: Canary,
  samples: readonly Sample[],
  now: number,
  query: Query,
): readonly MetricResult[] {
  const { falseAlarm } = settingsOf(canary.spec?.analysis)
  return (canary.spec?.analysis?.metrics ?? []).map((metric) => {
    const since = now - (metric.interval === undefined ? DEFAULT_INTERVAL_MS : (parseDuration(metric.interval) ?? 0))
    const common = { name: metric.name, dryRun: metric.dryRun ?? false }
    if (metric.query !== undefined) return { ...common, ...byValue(metric, query(metric, canary)) }
    const traffic = canaryTraffic(samples.filter(({ atMs }) => atMs > since))
    if (metric.name === 'request-success-rate') return { ...common, ...successRate(metric, traffic, falseAlarm) }
    if (metric.name === 'request-duration') {
      return { ...common, ...duration(metric, traffic, samples.at(-1)?.boundsMs ?? [], falseAlarm) }
    }
    return { ...common, state: 'missing' as const, message: 'there is no such metric, and it has no query' }
  })
}

type Value = Pick<MetricResult, 'state' | 'message'>

function successRate({ thresholdRange }: CanaryMetric, traffic: Traffic, miss: number): Value {
  const min = thresholdRange?.min ?? 0
  const tally: Tally = { requests: traffic.requests, bad: traffic.failures }
  if (tally.requests === 0) return { state: 'missing', message: 'the canary has had no requests' }
  const value = `${(100 * (1 - tally.bad / tally.requests)).toFixed(2)} % of ${tally.requests} requests`
  const bad = lowerBound(tally, miss) > 1 - min / 100
  return { state: bad ? 'bad' : 'good', message: `${value}; at least ${min} %` }
}

function duration(
  { thresholdRange }: CanaryMetric,
  traffic: Traffic,
  boundsMs: readonly number[],
  miss: number,
): Value {
  const max = thresholdRange?.max ?? Number.POSITIVE_INFINITY
  const at = boundsMs.findIndex((bound) => bound >= max)
  const bad = at === -1 ? 0 : traffic.latency.slice(at + 1).reduce((sum, part) => sum + part, 0)
  const tally: Tally = { requests: traffic.latency.reduce((sum, part) => sum + part, 0), bad }
  if (tally.requests === 0) return { state: 'missing', message: 'the canary has had no requests' }
  const message = `${bad} of ${tally.requests} requests took longer than ${boundsMs[at] ?? max} ms; p99 at most ${max} ms`
  return { state: lowerBound(tally, miss) > ABOVE_P99 ? 'bad' : 'good', message }
}

function byValue({ thresholdRange }: CanaryMetric, value: number | undefined): Value {
  if (value === undefined || Number.isNaN(value)) return { state: 'missing', message: 'the query gives no value' }
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = thresholdRange ?? {}
  const good = value >= min && value <= max
  return { state: good ? 'good' : 'bad', message: `${value}; between ${min} and ${max}` }
}

/** As callers see it, or where none report, as servers do. */
function canaryTraffic(samples: readonly Sample[]): Traffic {
  const side = (wanted: string) =>
    samples
      .flatMap(({ channels }) => channels.filter((channel) => channel.route === '' && channel.side === wanted))
      .reduce((sum, { canary }) => addTraffic(sum, canary), NO_TRAFFIC)
  const callers = side('caller')
  return callers.requests > 0 ? callers : side('server')
}
