import type { HistogramCounts } from '../telemetry/histogram.ts'
import type { HttpSeries } from '../telemetry/istio-stats.ts'
import type { TcpSeries } from '../telemetry/istio-tcp-stats.ts'
import { addBins } from '../telemetry/log-linear-histogram.ts'
import type { RouteSeries } from '../telemetry/route-stats.ts'
import { type HistogramStat, type Stat, statName } from '../telemetry/stat.ts'
import type { ClusterView, EndpointView, IstioSeries, ListenerView, Snapshot } from './snapshot.ts'

/** The parts of several workers as those of one data plane: counts are added up. */
export const MERGE: { readonly [P in keyof Snapshot]: (parts: readonly Snapshot[P][]) => Snapshot[P] } = {
  stats: (parts) => mergeBy(parts, statName, addStats),
  histograms: (parts) =>
    mergeBy(parts, statName, (one: HistogramStat, other) => ({ ...one, bins: addBins(one.bins, other.bins) })),
  listeners: (parts) =>
    mergeBy(
      parts,
      ({ config }: ListenerView) => config.name,
      (first) => first,
    ),
  clusters: (parts) => mergeBy(parts, ({ config }: ClusterView) => config.name, addClusters),
  // All have the same.
  certificates: ([first = []]) => first,
  istio: (parts): IstioSeries => ({
    http: mergeBy(
      parts.map(({ http }) => http),
      ({ labels }) => labels,
      addHttp,
    ),
    tcp: mergeBy(
      parts.map(({ tcp }) => tcp),
      ({ labels }) => labels,
      addTcp,
    ),
    routes: mergeBy(
      parts.map(({ routes }) => routes),
      ({ labels }) => labels,
      addRoutes,
    ),
  }),
}

/** In the order in which the first worker that has an item has it. */
function mergeBy<T>(
  parts: readonly (readonly T[])[],
  key: (item: T) => string,
  add: (one: T, other: T) => T,
): readonly T[] {
  const all = new Map<string, T>()
  for (const item of parts.flat()) {
    const name = key(item)
    const known = all.get(name)
    all.set(name, known === undefined ? item : add(known, item))
  }
  return [...all.values()]
}

function addStats(one: Stat, other: Stat): Stat {
  return one.shared === true ? one : { ...one, value: one.value + other.value }
}

function addClusters(one: ClusterView, other: ClusterView): ClusterView {
  const endpoints = mergeBy([one.endpoints, other.endpoints], ({ host, port }) => `${host}|${port}`, addEndpoints)
  return { ...one, endpoints }
}

function addEndpoints(one: EndpointView, other: EndpointView): EndpointView {
  return { ...one, counters: addAll(one.counters, other.counters), gauges: addAll(one.gauges, other.gauges) }
}

function addAll<K extends string>(one: Readonly<Record<K, number>>, other: Readonly<Record<K, number>>) {
  const names = Object.keys(one) as K[]
  return Object.fromEntries(names.map((name) => [name, one[name] + other[name]])) as Record<K, number>
}

function addHttp(one: HttpSeries, other: HttpSeries): HttpSeries {
  return {
    labels: one.labels,
    example: other.example ?? one.example,
    requests: one.requests + other.requests,
    durationMs: addHistograms(one.durationMs, other.durationMs),
    requestBytes: addHistograms(one.requestBytes, other.requestBytes),
    responseBytes: addHistograms(one.responseBytes, other.responseBytes),
  }
}

function addHistograms(one: HistogramCounts, other: HistogramCounts): HistogramCounts {
  return {
    counts: one.counts.map((count, bucket) => count + (other.counts[bucket] as number)),
    sum: one.sum + other.sum,
    native: one.native?.map((count, bucket) => count + (other.native?.[bucket] ?? 0)),
  }
}

function addRoutes(one: RouteSeries, other: RouteSeries): RouteSeries {
  return {
    labels: one.labels,
    requests: one.requests + other.requests,
    failures: one.failures + other.failures,
    attempts: one.attempts + other.attempts,
    durationMs: addHistograms(one.durationMs, other.durationMs),
  }
}

function addTcp(one: TcpSeries, other: TcpSeries): TcpSeries {
  return {
    labels: one.labels,
    opened: one.opened + other.opened,
    closed: one.closed + other.closed,
    received: one.received + other.received,
    sent: one.sent + other.sent,
  }
}
