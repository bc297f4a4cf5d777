import type { HttpConnectionManagerConfig } from '../config/model.ts'
import type { Filter } from '../filter/filter.ts'
import type { RouteTable } from '../route/route-table.ts'
import type { AccessLog } from '../telemetry/access-log.ts'
import type { StatsRecorder } from '../telemetry/stats-recorder.ts'
import type { HttpStats } from './http-stats.ts'
import type { TrustedPeers } from './request-preparation.ts'

/** Where a listener's routes are: the table changes under a running listener when its route configuration does. */
export interface RouteSlot {
  /** null while the configuration of that name is not there: every request gets 404. */
  readonly table: RouteTable | null
}

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
}
