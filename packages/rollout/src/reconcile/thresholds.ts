import { type Canary, type CanaryMetric, parseDuration } from '@mizzen/api'
import type { MetricResult } from '../decide/observation.ts'
import { distributionTest } from '../judge/distribution-test.ts'
import { lowerBound, type Tally } from '../judge/rate-bounds.ts'
import { addTraffic, NO_TRAFFIC, type Sample, type Traffic } from '../judge/sample.ts'
import { settingsOf } from '../judge/settings.ts'
import type { MetricValue } from './metric-values.ts'

const DEFAULT_INTERVAL_MS = 60_000
/** Part of the requests that may be above a p99. */
const ABOVE_P99 = 0.01
const ALIKE = 0.5

/** Values of a metric that has a query. */
export type Query = (metric: CanaryMetric) => MetricValue

/**
 * The bounds of `analysis.metrics`: `request-success-rate`, `request-duration` and `request-duration-mann-whitney` on the
 * stream itself, everything else by its query. The first three are bad only beyond doubt: one failed request of three is
 * no 66 %.
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
    const interval = metric.interval === undefined ? DEFAULT_INTERVAL_MS : (parseDuration(metric.interval) ?? 0)
    const recent = samples.filter(({ atMs }) => atMs > now - interval)
    const value =
      metric.query === undefined
        ? builtIn(metric, samples, recent, interval, falseAlarm)
        : byValue(metric, query(metric))
    return { name: metric.name, dryRun: metric.dryRun ?? false, ...value }
  })
}

function builtIn(
  metric: CanaryMetric,
  samples: readonly Sample[],
  recent: readonly Sample[],
  intervalMs: number,
  falseAlarm: number,
): Value {
  switch (metric.name) {
    case 'request-success-rate':
      return successRate(metric, canaryTraffic(recent), falseAlarm)
    case 'request-duration':
      return duration(metric, canaryTraffic(recent), samples.at(-1)?.boundsMs ?? [], falseAlarm)
    case 'request-duration-mann-whitney':
      return distribution(metric, samples, intervalMs, falseAlarm)
    default:
      return { state: 'missing', message: 'there is no such metric, and it has no query' }
  }
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

/** Chance that a request of the canary takes longer than one of the stable version; 0.5 = alike. */
function distribution(
  { thresholdRange }: CanaryMetric,
  samples: readonly Sample[],
  windowMs: number,
  falseAlarm: number,
): Value {
  const max = thresholdRange?.max ?? ALIKE
  const test = distributionTest(samples, windowMs, max, falseAlarm)
  if (test === null) return { state: 'good', message: 'no window with enough requests of both versions yet' }
  const message = `a request of the canary is slower with a chance of ${test.slower.toFixed(2)} (p = ${test.pValue.toPrecision(2)}); at most ${max}`
  return { state: test.worse ? 'bad' : 'good', message }
}

function byValue({ thresholdRange }: CanaryMetric, known: MetricValue): Value {
  if ('problem' in known) return { state: 'missing', message: known.problem }
  if (Number.isNaN(known.value)) return { state: 'missing', message: 'the query gives NaN' }
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = thresholdRange ?? {}
  const good = known.value >= min && known.value <= max
  return { state: good ? 'good' : 'bad', message: `${known.value}; between ${min} and ${max}` }
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
