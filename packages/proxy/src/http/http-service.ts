import type { HttpConnectionManagerConfig } from '../config/model.ts'
import type { Filter } from '../filter/filter.ts'
import type { RouteSlot } from '../route/route-slot.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { StatsRecorder } from '../telemetry/stats-recorder.ts'
import type { RequestTracing } from './exchange-trace.ts'
import type { HttpStats } from './http-stats.ts'
import type { TrustedPeers } from './request-preparation.ts'

/** A connection manager, compiled. Immutable but for its statistics; a request keeps the one that it began with. */
export interface HttpService {
  readonly config: HttpConnectionManagerConfig
  readonly routes: RouteSlot
  /** Whose requests are our own. */
  readonly trusted: TrustedPeers
  /** In order, without the router. */
  readonly filters: readonly Filter[]
  readonly accessLogs: readonly AccessLog[]
  readonly recorders: readonly StatsRecorder[]
  readonly stats: HttpStats
  /** Null = nothing is traced. */
  readonly tracing: RequestTracing | null
}
