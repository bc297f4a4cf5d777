import type { Exchange, Peer } from '../http/exchange.ts'
import { istioTcpLabels, type Reporter } from './istio-labels.ts'
import { formatLabels, formatSample, type Labels } from './prometheus-text.ts'

/** Counts TCP connections: when one is there, what passed since the last call, and its end. */
export interface TcpRecorder {
  opened(exchange: Exchange): void
  /** @param received bytes from the client, @param sent bytes to it, since the last call */
  passed(exchange: Exchange, received: number, sent: number): void
  closed(exchange: Exchange): void
}

/** Makes the recorder of one `stats` filter of a TCP filter chain. */
export interface TcpStatsProvider {
  tcpRecorder(reporter: Reporter): TcpRecorder
}

/** Distinct label sets kept; further ones are counted together with `destination_service="overflow"`. */
const MAX_SERIES = 2000

/** The numbers of one label set. */
export interface TcpSeries {
  /** As they are printed, and what the series is known by. */
  readonly labels: string
  readonly opened: number
  readonly closed: number
  readonly received: number
  readonly sent: number
}

interface Series extends TcpSeries {
  opened: number
  closed: number
  received: number
  sent: number
}

/** Istio's metrics of TCP connections, for the whole proxy. */
export class IstioTcpStats implements TcpStatsProvider {
  readonly #own: Peer
  readonly #series = new Map<string, Series>()

  /** @param own this proxy's workload */
  constructor(own: Peer) {
    this.#own = own
  }

  tcpRecorder(reporter: Reporter): TcpRecorder {
    // A connection is counted a few times in its life: finding its series by its labels costs little.
    const find = (exchange: Exchange) => this.#seriesOf(istioTcpLabels(reporter, this.#own, exchange))
    return {
      opened: (exchange) => {
        find(exchange).opened += 1
      },
      passed: (exchange, received, sent) => {
        const series = find(exchange)
        series.received += received
        series.sent += sent
      },
      closed: (exchange) => {
        find(exchange).closed += 1
      },
    }
  }

  get all(): readonly TcpSeries[] {
    return [...this.#series.values()]
  }

  /** In Prometheus' text format; '' while nothing was counted. */
  render(): string {
    return renderTcpSeries(this.all)
  }

  #seriesOf(labels: Labels): Series {
    const key = formatLabels(labels)
    const known = this.#series.get(key)
    if (known !== undefined) return known
    if (this.#series.size >= MAX_SERIES && !key.includes(OVERFLOW)) return this.#seriesOf(overflowing(labels))
    const series: Series = { labels: key, opened: 0, closed: 0, received: 0, sent: 0 }
    this.#series.set(key, series)
    return series
  }
}

/** In Prometheus' text format; '' if there are none. */
export function renderTcpSeries(all: readonly TcpSeries[]): string {
  if (all.length === 0) return ''
  return [
    family('istio_tcp_connections_opened_total', all, (series) => series.opened),
    family('istio_tcp_connections_closed_total', all, (series) => series.closed),
    family('istio_tcp_received_bytes_total', all, (series) => series.received),
    family('istio_tcp_sent_bytes_total', all, (series) => series.sent),
  ].join('')
}

const OVERFLOW = 'destination_service="overflow"'

/** Keeps who reports and the protocol, which have few values. */
function overflowing(labels: Labels): Labels {
  return labels.map(([name, value]) => {
    if (name === 'reporter' || name === 'request_protocol') return [name, value]
    return [name, name === 'destination_service' ? 'overflow' : 'unknown']
  })
}

function family(name: string, all: readonly TcpSeries[], value: (series: TcpSeries) => number): string {
  return `# TYPE ${name} counter\n${all.map((series) => formatSample(name, series.labels, value(series))).join('')}`
}
