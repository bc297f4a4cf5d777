import type { ClusterConfig, ListenerConfig } from '../config/model.ts'
import type { Stat } from '../telemetry/stat.ts'

/** What the admin interface shows of the data plane. Values as they are when asked for. */
export interface DataPlaneViews {
  clusters(): readonly ClusterView[]
  listeners(): readonly ListenerView[]
  stats(): readonly Stat[]
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
