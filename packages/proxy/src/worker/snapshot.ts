import type { ClusterConfig, ListenerConfig } from '../config/model.ts'
import type { HttpSeries } from '../telemetry/istio-stats.ts'
import type { TcpSeries } from '../telemetry/istio-tcp-stats.ts'
import type { RouteSeries } from '../telemetry/route-stats.ts'
import type { HistogramStat, Stat } from '../telemetry/stat.ts'
import type { ContextCertificates } from '../tls/certificate-view.ts'

/** What can be seen of a data plane from outside: values as they were when asked for, in parts, as plain data. */
export interface Snapshot {
  readonly clusters: readonly ClusterView[]
  readonly listeners: readonly ListenerView[]
  readonly stats: readonly Stat[]
  readonly histograms: readonly HistogramStat[]
  readonly istio: IstioSeries
  /** Of each TLS context in use. */
  readonly certificates: readonly ContextCertificates[]
}

/** Istio's metrics. */
export interface IstioSeries {
  readonly http: readonly HttpSeries[]
  readonly tcp: readonly TcpSeries[]
  /** Empty unless they are streamed to somebody. */
  readonly routes: readonly RouteSeries[]
}

export interface ClusterView {
  readonly config: ClusterConfig
  readonly endpoints: readonly EndpointView[]
}

/** Counters by Envoy's names (`cx_total`, `rq_success`, …). */
export interface EndpointView {
  readonly host: string
  readonly port: number
  readonly health: 'healthy' | 'unhealthy' | 'draining' | 'degraded'
  readonly weight: number
  readonly priority: number
  readonly locality: { readonly region: string; readonly zone: string; readonly subZone: string }
  readonly counters: Readonly<
    Record<'cx_connect_fail' | 'cx_total' | 'rq_error' | 'rq_success' | 'rq_timeout' | 'rq_total', number>
  >
  readonly gauges: Readonly<Record<'cx_active' | 'rq_active' | 'rq_pending_active', number>>
}

export interface ListenerView {
  readonly config: ListenerConfig
  /** The address that is bound: port 0 became one of the system's choice. */
  readonly host: string
  readonly port: number
}
