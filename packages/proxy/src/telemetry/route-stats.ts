import type { RouteEntry } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { DurationHistogram } from './duration-histogram.ts'
import { hasFailed } from './failed-exchange.ts'
import type { Histogram, HistogramCounts } from './histogram.ts'
import { labelPairs } from './label-pairs.ts'

/** Distinct label sets kept; what is beyond them is counted by Istio's metrics alone. */
const MAX_SERIES = 2_000

/** What was asked of one version of a service by one route. */
export interface RouteSeries {
  /** As they are printed, and what the series is known by. */
  readonly labels: string
  readonly requests: number
  readonly failures: number
  /** Tries of an upstream. */
  readonly attempts: number
  readonly durationMs: HistogramCounts
}

interface Series extends RouteSeries {
  requests: number
  failures: number
  attempts: number
  readonly durationMs: Histogram
}

const LABELS = [
  'reporter',
  'destination_service',
  'destination_workload',
  'destination_workload_namespace',
  'destination_version',
]

/**
 * Counts requests by the route that chose their upstream: a rollout is judged route by route. Of a server the routes are those
 * by which its callers chose it, as far as its configuration can tell them.
 */
export class RouteStats {
  readonly #series = new Map<string, Series>()

  get all(): readonly RouteSeries[] {
    return [...this.#series.values()]
  }

  /** @param istioLabels of a series of Istio's metrics, as they are printed */
  of(istioLabels: string): RoutesOfSeries {
    const kept = labelPairs(istioLabels).filter(([name]) => LABELS.includes(name))
    const labels = kept.map(([name, value]) => `${name}="${value}"`).join(',')
    return new RoutesOfSeries((route) => this.#find(`${labels},route="${escaped(routeLabel(route))}"`))
  }

  #find(labels: string): Series | undefined {
    const known = this.#series.get(labels)
    if (known !== undefined || this.#series.size >= MAX_SERIES) return known
    const series: Series = { labels, requests: 0, failures: 0, attempts: 0, durationMs: new DurationHistogram() }
    this.#series.set(labels, series)
    return series
  }
}

/** Stands for no route. */
const NO_ROUTE = {}

/** The series of all routes that requests of one series of Istio's come by; found by the identity of the route. */
export class RoutesOfSeries {
  readonly #find: (route: RouteEntry | null) => Series | undefined
  readonly #known = new WeakMap<object, Series>()
  #lastRoute: RouteEntry | null | undefined
  #last: Series | undefined

  constructor(find: (route: RouteEntry | null) => Series | undefined) {
    this.#find = find
  }

  record(exchange: Exchange, durationMs: number): void {
    const series = exchange.route === this.#lastRoute ? this.#last : this.#seriesOf(exchange.route)
    if (series === undefined) return
    series.requests += 1
    series.attempts += exchange.upstreamAttempts
    if (hasFailed(exchange)) series.failures += 1
    if (durationMs >= 0) series.durationMs.observe(durationMs)
  }

  #seriesOf(route: RouteEntry | null): Series | undefined {
    const key = route ?? NO_ROUTE
    const series = this.#known.get(key) ?? this.#find(route)
    if (series !== undefined) this.#known.set(key, series)
    this.#lastRoute = route
    this.#last = series
    return series
  }
}

/** Whether somebody wrote it, in a VirtualService. */
export function isWritten(route: RouteEntry | null): boolean {
  return route?.metadata?.['mizzen.io']?.path !== undefined
}

/** The name that its author gave it, or which of a VirtualService's `http` entries it is. */
function routeLabel(route: RouteEntry | null): string {
  if (route === null) return 'unknown'
  if (route.name !== '') return route.name
  const path = route.metadata?.['mizzen.io']?.path
  return /^spec\.(http\[\d+\])/.exec(typeof path === 'string' ? path : '')?.[1] ?? 'unknown'
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
