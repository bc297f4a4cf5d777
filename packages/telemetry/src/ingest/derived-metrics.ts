import type { Labels } from '../label-set.ts'
import { isFailedRequest } from '../logged-request.ts'
import type { MergeTable } from '../merge-table.ts'
import type { MergedCounter, MergedHistogram } from '../merged-entry.ts'
import { isBeginning, isEnd, type LogEntry } from './log-entry.ts'
import { type LoggedCall, traceIdOf } from './logged-call.ts'
import type { Peer } from './peer.ts'

const UNKNOWN = 'unknown'
/** Kinds of calls whose series are remembered. */
const MOST_KNOWN = 20_000

/** The series that calls of one kind count for. */
interface CallSeries {
  readonly counters: readonly { readonly counter: MergedCounter; readonly by: (call: LoggedCall) => number }[]
  readonly histograms: readonly { readonly histogram: MergedHistogram; readonly value: (call: LoggedCall) => number }[]
}

/**
 * Istio's metrics of a proxy that has none of its own (a stock Envoy), made from its access log, and what our own proxies
 * count by route.
 */
export class DerivedMetrics {
  readonly #table: MergeTable
  readonly #known = new Map<string, CallSeries>()

  constructor(table: MergeTable) {
    this.#table = table
  }

  /** @param nowMs monotonic */
  count(call: LoggedCall, nowMs: number): void {
    const series = this.#seriesOf(call, nowMs)
    const traceId = traceIdOf(call.entry)
    const { atMs, durationMs } = call.entry
    const exemplar = traceId === undefined ? undefined : { labels: { trace_id: traceId }, value: durationMs, atMs }
    for (const { counter, by } of series.counters) counter.add(by(call), nowMs, true)
    for (const { histogram, value } of series.histograms) {
      const own = histogram.name === DURATION ? exemplar : undefined
      histogram.observe(value(call), nowMs, own)
    }
  }

  #seriesOf(call: LoggedCall, nowMs: number): CallSeries {
    const key = kindOf(call)
    const known = this.#known.get(key)
    if (known !== undefined && !isForgotten(known)) return known
    const series = call.entry.method === '' ? this.#tcpSeries(call, nowMs) : this.#httpSeries(call, nowMs)
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    this.#known.set(key, series)
    return series
  }

  #httpSeries(call: LoggedCall, nowMs: number): CallSeries {
    const labels = httpLabels(call)
    const route = routeLabels(call)
    const outcome = isFailedRequest(call.entry.status, call.grpcStatus) ? 'failure' : 'success'
    const byRoute = call.reporter === 'source' || call.isWrittenRoute
    return {
      counters: [
        ...this.#counter('istio_requests_total', labels, () => 1, nowMs),
        ...(byRoute ? this.#counter('mizzen_route_requests_total', { ...route, outcome }, () => 1, nowMs) : []),
        ...(byRoute ? this.#counter('mizzen_route_attempts_total', route, ({ entry }) => entry.attempts, nowMs) : []),
      ],
      histograms: [
        ...this.#histogram(DURATION, labels, ({ entry }) => entry.durationMs, nowMs),
        ...this.#histogram('istio_request_bytes', labels, ({ entry }) => entry.requestBytes, nowMs),
        ...this.#histogram('istio_response_bytes', labels, ({ entry }) => entry.responseBytes, nowMs),
        ...(byRoute ? this.#histogram(ROUTE_DURATION, route, ({ entry }) => entry.durationMs, nowMs) : []),
      ],
    }
  }

  #tcpSeries(call: LoggedCall, nowMs: number): CallSeries {
    const { response_code: _, grpc_response_status: __, ...labels } = httpLabels(call)
    const tcp = { ...labels, request_protocol: 'tcp' }
    return {
      counters: [
        ...this.#counter('istio_tcp_connections_opened_total', tcp, ({ entry }) => (isBeginning(entry) ? 1 : 0), nowMs),
        ...this.#counter('istio_tcp_connections_closed_total', tcp, ({ entry }) => (isEnd(entry) ? 1 : 0), nowMs),
        ...this.#counter(
          'istio_tcp_received_bytes_total',
          tcp,
          ({ entry }) => bytesAtEnd(entry, 'requestBytes'),
          nowMs,
        ),
        ...this.#counter('istio_tcp_sent_bytes_total', tcp, ({ entry }) => bytesAtEnd(entry, 'responseBytes'), nowMs),
      ],
      histograms: [],
    }
  }

  #counter(name: string, labels: Labels, by: (call: LoggedCall) => number, nowMs: number): CallSeries['counters'] {
    const counter = this.#table.counter(name, labels, nowMs)
    return counter === undefined ? [] : [{ counter, by }]
  }

  #histogram(
    name: string,
    labels: Labels,
    value: (call: LoggedCall) => number,
    nowMs: number,
  ): CallSeries['histograms'] {
    const histogram = this.#table.histogram(name, labels, nowMs)
    return histogram === undefined ? [] : [{ histogram, value }]
  }
}

function bytesAtEnd(entry: LogEntry, which: 'requestBytes' | 'responseBytes'): number {
  return isEnd(entry) ? entry[which] : 0
}

const DURATION = 'istio_request_duration_milliseconds'
const ROUTE_DURATION = 'mizzen_route_request_duration_milliseconds'

function isForgotten({ counters, histograms }: CallSeries): boolean {
  return counters.some(({ counter }) => counter.forgotten) || histograms.some(({ histogram }) => histogram.forgotten)
}

/** Calls with the same text have the same labels. */
function kindOf(call: LoggedCall): string {
  const { entry, sender, destination, service, route, isWrittenRoute, isGrpc, grpcStatus, reporter } = call
  return [
    ...[
      sender.id,
      reporter,
      entry.method === '' ? 'tcp' : isGrpc,
      entry.status,
      grpcStatus,
      entry.flags,
      route,
      isWrittenRoute,
    ],
    ...[entry.upstreamCluster, service.host, entry.localPrincipal, entry.peerPrincipal, entry.mutualTls],
    ...[destination.workload, destination.namespace, destination.app, destination.version, destination.cluster],
  ].join('\n')
}

/** Istio's labels (istio.io: reference/config/metrics). */
function httpLabels(call: LoggedCall): Labels {
  const { entry, reporter, source, destination, service, isGrpc, grpcStatus } = call
  const inbound = reporter === 'destination'
  return {
    reporter,
    ...peerLabels('source', source, inbound ? entry.peerPrincipal : ''),
    ...peerLabels('destination', destination, inbound ? entry.localPrincipal : ''),
    destination_service: service.host || UNKNOWN,
    destination_service_name: service.name || UNKNOWN,
    destination_service_namespace: service.namespace || destination.namespace || UNKNOWN,
    request_protocol: isGrpc ? 'grpc' : 'http',
    response_code: String(entry.status),
    grpc_response_status: isGrpc ? String(grpcStatus ?? '') : '',
    response_flags: entry.flags,
    connection_security_policy: inbound ? (entry.mutualTls ? 'mutual_tls' : 'none') : UNKNOWN,
  }
}

function peerLabels(side: 'source' | 'destination', peer: Peer, principal: string): Labels {
  return {
    [`${side}_workload`]: peer.workload || UNKNOWN,
    [`${side}_canonical_service`]: peer.canonicalService || UNKNOWN,
    [`${side}_canonical_revision`]: peer.canonicalRevision || (peer.workload === '' ? UNKNOWN : 'latest'),
    [`${side}_workload_namespace`]: peer.namespace || UNKNOWN,
    [`${side}_principal`]: principal || UNKNOWN,
    [`${side}_app`]: peer.app || UNKNOWN,
    [`${side}_version`]: peer.version || UNKNOWN,
    [`${side}_cluster`]: peer.cluster || UNKNOWN,
  }
}

/** As our proxies have them. */
function routeLabels({ reporter, route, destination, service }: LoggedCall): Labels {
  return {
    reporter,
    route: route || UNKNOWN,
    destination_service: service.host || UNKNOWN,
    destination_workload: destination.workload || UNKNOWN,
    destination_workload_namespace: destination.namespace || UNKNOWN,
    destination_version: destination.version || UNKNOWN,
  }
}
