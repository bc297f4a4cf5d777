import type { TrafficSignals } from '@mizzen/control-plane'

interface Rate {
  readonly requestsPerSecond: number
  /** 0 to 1; null without requests. */
  readonly successRate: number | null
}

/** What callers asked of one version of a service by one route. */
export interface RouteRow {
  readonly service: string
  readonly namespace: string
  readonly workload: string
  readonly version: string
  /** '' = callers' proxies do not say, or there is none: all of them together. */
  readonly route: string
  /** As the caller sees it: retries count as one request. */
  readonly effective: Rate
  /** As the upstream sees it: each try counts. Null where nobody tells. */
  readonly actual: Rate | null
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

/** Rows by route as callers see them; a workload whose callers have no proxy is there as its own proxy sees it. */
export function routeRows(traffic: readonly TrafficSignals[]): readonly RouteRow[] {
  const byRoute = traffic.filter(({ reporter, route }) => reporter === 'source' && route !== '')
  const seen = new Set(byRoute.map(placeOf))
  const others = traffic.filter((one) => one.route === '' && !seen.has(placeOf(one)) && isFirst(one, traffic))
  return [...byRoute, ...others].map((signals) => rowOf(signals))
}

function placeOf({ service, namespace, workload, version }: TrafficSignals): string {
  return [service, namespace, workload, version].join('\n')
}

/** Of the two sides of a call, callers know more. */
function isFirst(one: TrafficSignals, traffic: readonly TrafficSignals[]): boolean {
  return (
    one.reporter === 'source' ||
    !traffic.some((other) => other.reporter === 'source' && placeOf(other) === placeOf(one))
  )
}

function rowOf(signals: TrafficSignals): RouteRow {
  const { service, namespace, workload, version, route, requests, attempts, errorRate } = signals
  const { requestsPerSecond, p50Ms, p95Ms, p99Ms } = signals
  const succeeded = requests * (1 - errorRate)
  const actual = {
    requestsPerSecond: (attempts / requests) * requestsPerSecond,
    // A request succeeds by one try at most: all others failed.
    successRate: attempts === 0 ? null : Math.min(1, succeeded / attempts),
  }
  return {
    ...{ service, namespace, workload, version, route },
    effective: { requestsPerSecond, successRate: 1 - errorRate },
    actual: route === '' ? null : actual,
    ...{ p50Ms, p95Ms, p99Ms },
  }
}
