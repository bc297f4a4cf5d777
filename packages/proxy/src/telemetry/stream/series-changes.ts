import type { IstioSeries } from '../../worker/snapshot.ts'
import type { HistogramCounts } from '../histogram.ts'
import type { HttpSeries } from '../istio-stats.ts'
import type { TcpSeries } from '../istio-tcp-stats.ts'
import type { RouteSeries } from '../route-stats.ts'
import { encodeLabels, MetricsMessage } from './metrics-message.ts'

/** What was told of one label set. */
interface Told {
  readonly labels: Uint8Array
  readonly counters: Map<string, number>
  readonly histograms: Map<string, HistogramCounts>
  example: object | null
}

/**
 * Makes messages of what changed since the message before. Values below the last ones mean that a part of the counts was
 * lost (a worker died): nothing is told of them, and they are the new beginning.
 */
export class SeriesChanges {
  readonly #deltas: boolean
  readonly #told = new Map<string, Told>()

  /** @param deltas counters say by how much they grew, else what they are */
  constructor(deltas: boolean) {
    this.#deltas = deltas
  }

  since({ http, tcp, routes }: IstioSeries): MetricsMessage {
    const message = new MetricsMessage()
    for (const series of http) this.#http(message, series)
    for (const series of tcp) this.#tcp(message, series)
    for (const series of routes) this.#route(message, series)
    return message
  }

  #http(message: MetricsMessage, series: HttpSeries): void {
    const told = this.#toldOf(`http ${series.labels}`, series.labels)
    // What has no new request has nothing new.
    if (told.counters.get('istio_requests_total') === series.requests) return
    const example = series.example === told.example ? null : series.example
    told.example = series.example
    this.#counter(message, told, 'istio_requests_total', series.requests)
    const duration = 'istio_request_duration_milliseconds'
    const observed = this.#grown(told, duration, series.durationMs)
    message.histogram(duration, told.labels, observed, example)
    this.#histogram(message, told, 'istio_request_bytes', series.requestBytes)
    this.#histogram(message, told, 'istio_response_bytes', series.responseBytes)
  }

  #tcp(message: MetricsMessage, series: TcpSeries): void {
    const told = this.#toldOf(`tcp ${series.labels}`, series.labels)
    this.#counter(message, told, 'istio_tcp_connections_opened_total', series.opened)
    this.#counter(message, told, 'istio_tcp_connections_closed_total', series.closed)
    this.#counter(message, told, 'istio_tcp_received_bytes_total', series.received)
    this.#counter(message, told, 'istio_tcp_sent_bytes_total', series.sent)
  }

  #route(message: MetricsMessage, series: RouteSeries): void {
    const { labels, requests, failures, attempts, durationMs } = series
    const told = this.#toldOf(`route ${labels}`, labels)
    if (
      (told.counters.get('mizzen_route_attempts_total') ?? 0) + (told.counters.get('requests') ?? 0) ===
      attempts + requests
    )
      return
    told.counters.set('requests', requests)
    const outcome = (name: string, value: number) => {
      const own = this.#toldOf(`route ${name} ${labels}`, `${labels},outcome="${name}"`)
      this.#counter(message, own, 'mizzen_route_requests_total', value)
    }
    outcome('success', requests - failures)
    outcome('failure', failures)
    this.#counter(message, told, 'mizzen_route_attempts_total', attempts)
    this.#histogram(message, told, 'mizzen_route_request_duration_milliseconds', durationMs)
  }

  #counter(message: MetricsMessage, told: Told, name: string, value: number): void {
    const before = told.counters.get(name)
    told.counters.set(name, value)
    const by = value - (before ?? 0)
    // A counter that begins is told even at 0, so that its first growth is one.
    if (by > 0 || before === undefined) message.counter(name, told.labels, this.#deltas ? by : value)
  }

  #histogram(message: MetricsMessage, told: Told, name: string, now: HistogramCounts): void {
    message.histogram(name, told.labels, this.#grown(told, name, now))
  }

  /** As Envoy: histograms are those of the time since the message before, whatever counters are. */
  #grown(told: Told, name: string, now: HistogramCounts): HistogramCounts {
    const before = told.histograms.get(name)
    told.histograms.set(name, { counts: now.counts.slice(), sum: now.sum, native: now.native?.slice() })
    if (before === undefined) return now
    const counts = now.counts.map((count, at) => Math.max(0, count - (before.counts[at] as number)))
    const native = now.native?.map((count, at) => Math.max(0, count - (before.native?.[at] ?? 0)))
    return { counts, sum: Math.max(0, now.sum - before.sum), native }
  }

  #toldOf(key: string, labels: string): Told {
    const known = this.#told.get(key)
    if (known !== undefined) return known
    const told: Told = { labels: encodeLabels(labels), counters: new Map(), histograms: new Map(), example: null }
    this.#told.set(key, told)
    return told
  }
}
