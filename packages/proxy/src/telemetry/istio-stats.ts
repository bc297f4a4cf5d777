import { GRPC_STATUS } from '@mizzen/base'
import type { ClusterConfig } from '../config/model.ts'
import type { Exchange, Peer } from '../http/exchange.ts'
import { grpcStatus, isGrpcRequest } from '../http/grpc.ts'
import { DurationHistogram } from './duration-histogram.ts'
import { Histogram, type HistogramCounts } from './histogram.ts'
import { isPassthrough, istioLabels, type Reporter } from './istio-labels.ts'
import { formatHistogram, formatLabels, formatSample, type Labels } from './prometheus-text.ts'
import { isWritten, type RouteStats, type RoutesOfSeries } from './route-stats.ts'
import type { StatsProvider, StatsRecorder } from './stats-recorder.ts'
import { traceIdOf } from './trace-id.ts'

/** Distinct label sets kept; further ones are counted together with `destination_service="overflow"`. */
const MAX_SERIES = 5000

/** The numbers of one label set. */
export interface HttpSeries {
  /** As they are printed, and what the series is known by. */
  readonly labels: string
  readonly requests: number
  readonly durationMs: HistogramCounts
  readonly requestBytes: HistogramCounts
  readonly responseBytes: HistogramCounts
  /** A recent request with a trace; null = none. */
  readonly example: TracedExample | null
}

/** A request by which a trace can be found. */
export interface TracedExample {
  readonly traceId: string
  readonly durationMs: number
  /** Since the epoch. */
  readonly atMs: number
}

interface Series extends HttpSeries {
  requests: number
  readonly durationMs: Histogram
  readonly requestBytes: Histogram
  readonly responseBytes: Histogram
  example: TracedExample | null
  /** Monotonic time from which another example is looked for. */
  nextExampleAt: number
  /** What is counted by route; undefined until there is something. */
  routes: RoutesOfSeries | undefined
}

/** Series by status and response flags. */
type ByOutcome = Map<number, Series>
type ByCluster = WeakMap<object, WeakMap<object, ByOutcome>>

/** Between two examples of a series, ms. */
const EXAMPLE_MS = 500

/** Stands for an endpoint, peer or cluster that there is not. */
const NONE = {}

/** `istio_requests_total` and its three histograms, for the whole proxy. */
export class IstioStats implements StatsProvider {
  readonly #own: Peer
  readonly #routes: RouteStats | undefined
  readonly #series = new Map<string, Series>()

  /**
   * @param own this proxy's workload
   * @param routes counts by route, too; undefined = nobody asks for that, nor for examples and finer durations
   */
  constructor(own: Peer, routes?: RouteStats) {
    this.#own = own
    this.#routes = routes
  }

  recorder(reporter: Reporter): StatsRecorder {
    const find = (exchange: Exchange) => this.#seriesOf(istioLabels(reporter, this.#own, exchange))
    return new Recorder(reporter, find, this.#routes)
  }

  get all(): readonly HttpSeries[] {
    return [...this.#series.values()]
  }

  /** In Prometheus' text format; '' while nothing was counted. */
  render(): string {
    return renderHttpSeries(this.all)
  }

  #seriesOf(labels: Labels): Series {
    const key = formatLabels(labels)
    const known = this.#series.get(key)
    if (known !== undefined) return known
    if (this.#series.size >= MAX_SERIES && !key.includes(OVERFLOW)) return this.#seriesOf(overflowing(labels))
    const series: Series = {
      labels: key,
      requests: 0,
      durationMs: this.#routes === undefined ? new Histogram() : new DurationHistogram(),
      requestBytes: new Histogram(),
      responseBytes: new Histogram(),
      ...{ example: null, nextExampleAt: 0, routes: undefined },
    }
    this.#series.set(key, series)
    return series
  }
}

/** In Prometheus' text format; '' if there are none. */
export function renderHttpSeries(all: readonly HttpSeries[]): string {
  if (all.length === 0) return ''
  return (
    family('istio_requests_total', 'counter', all, (name, series) =>
      formatSample(name, series.labels, series.requests),
    ) +
    histograms('istio_request_duration_milliseconds', all, (series) => series.durationMs) +
    histograms('istio_request_bytes', all, (series) => series.requestBytes) +
    histograms('istio_response_bytes', all, (series) => series.responseBytes)
  )
}

const OVERFLOW = 'destination_service="overflow"'

/** Keeps what has few values: who reports, and the class of the outcome. */
function overflowing(labels: Labels): Labels {
  return labels.map(([name, value]) => {
    if (name === 'reporter' || name === 'response_code' || name === 'request_protocol') return [name, value]
    return [name, name === 'destination_service' ? 'overflow' : 'unknown']
  })
}

/**
 * Finds an exchange's series by identity: the peer's certificate where there is TLS, cluster, then endpoint (as the source) or peer (as the destination), then
 * status and flags. Labels are only made for the first exchange of its kind; configuration that goes takes its entries
 * along.
 */
class Recorder implements StatsRecorder {
  readonly #reporter: Reporter
  readonly #find: (exchange: Exchange) => Series
  readonly #routes: RouteStats | undefined
  /** Of plaintext. */
  readonly #byCluster: ByCluster = new WeakMap()
  readonly #byCertificate = new WeakMap<object, ByCluster>()

  constructor(reporter: Reporter, find: (exchange: Exchange) => Series, routes: RouteStats | undefined) {
    this.#reporter = reporter
    this.#find = find
    this.#routes = routes
  }

  record(exchange: Exchange): void {
    const series = this.#seriesOf(exchange)
    series.requests += 1
    const durationMs = exchange.endedAt - exchange.startedAt
    if (durationMs >= 0) series.durationMs.observe(durationMs)
    series.requestBytes.observe(exchange.requestHeadBytes + exchange.requestBytes)
    series.responseBytes.observe(exchange.responseHeadBytes + exchange.responseBytes)
    if (this.#routes !== undefined) this.#recordMore(this.#routes, series, exchange, durationMs)
  }

  /** By route, as far as that one is known, and an example now and then. */
  #recordMore(routes: RouteStats, series: Series, exchange: Exchange, durationMs: number): void {
    if (this.#reporter === 'source' || isWritten(exchange.route)) {
      series.routes ??= routes.of(series.labels)
      series.routes.record(exchange, durationMs)
    }
    if (exchange.endedAt < series.nextExampleAt) return
    series.nextExampleAt = exchange.endedAt + EXAMPLE_MS
    const traceId = traceIdOf(exchange)
    if (traceId !== undefined) series.example = { traceId, durationMs, atMs: exchange.startTimeMs + durationMs }
  }

  #seriesOf(exchange: Exchange): Series {
    const { cluster } = exchange
    // Their labels depend on more than identities do.
    const call = callOutcome(exchange)
    if ((cluster !== null && isPassthrough(cluster)) || call > MAX_CALL_OUTCOME) return this.#find(exchange)
    const outcomes = this.#outcomesOf(cluster, exchange)
    // Statuses have ten bits, flags less than thirty.
    const outcome = (call * 2 ** 30 + exchange.flags) * 1024 + exchange.status
    const known = outcomes.get(outcome)
    if (known !== undefined) return known
    const series = this.#find(exchange)
    outcomes.set(outcome, series)
    return series
  }

  #outcomesOf(cluster: ClusterConfig | null, exchange: Exchange): ByOutcome {
    const clusterKey = cluster ?? NONE
    const root = this.#rootOf(exchange)
    const otherKey = (this.#reporter === 'source' ? exchange.endpoint : exchange.downstreamPeer) ?? NONE
    let byOther = root.get(clusterKey)
    if (byOther === undefined) root.set(clusterKey, (byOther = new WeakMap()))
    let outcomes = byOther.get(otherKey)
    if (outcomes === undefined) byOther.set(otherKey, (outcomes = new Map()))
    return outcomes
  }

  /** Principals are labels, too. */
  #rootOf(exchange: Exchange): ByCluster {
    const session = this.#reporter === 'source' ? exchange.upstreamTls : (exchange.connection?.tls ?? null)
    if (session === null) return this.#byCluster
    const key = session.peer ?? NONE
    const known = this.#byCertificate.get(key)
    if (known !== undefined) return known
    const root: ByCluster = new WeakMap()
    this.#byCertificate.set(key, root)
    return root
  }
}

function histograms(name: string, all: readonly HttpSeries[], pick: (series: HttpSeries) => HistogramCounts): string {
  return family(name, 'histogram', all, (metric, series) => formatHistogram(metric, series.labels, pick(series)))
}

function family(
  name: string,
  type: 'counter' | 'histogram',
  all: readonly HttpSeries[],
  lines: (name: string, series: HttpSeries) => string,
): string {
  return `# TYPE ${name} ${type}\n${all.map((series) => lines(name, series)).join('')}`
}

/** How a gRPC call ended: 0 = it is none, 1 = nobody said, else its status and 2. */
function callOutcome(exchange: Exchange): number {
  return isGrpcRequest(exchange) ? 2 + (grpcStatus(exchange) ?? -1) : 0
}

/** Codes beyond those that have names are not worth a table. */
const MAX_CALL_OUTCOME = 1 + GRPC_STATUS.length
