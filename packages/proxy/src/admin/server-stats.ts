import { CLUSTER_TYPE, ENDPOINT_TYPE, LISTENER_TYPE, ROUTE_TYPE } from '@mizzen/xds/types'
import type { ConfigManager } from '../config/config-manager.ts'
import type { Stat } from '../telemetry/stat.ts'
import type { ServerState } from './server-state.ts'

/** Values of `server.state` (envoy.admin.v3.ServerInfo.State). */
const STATE_NUMBERS: Readonly<Record<ServerState, number>> = {
  LIVE: 0,
  DRAINING: 1,
  PRE_INITIALIZING: 2,
  INITIALIZING: 3,
}

export interface ServerStatsSource {
  readonly manager: ConfigManager
  readonly state: ServerState
  /** Loops that carry traffic. */
  readonly concurrency: number
  readonly connected: boolean
  readonly uptimeMs: number
  readonly droppedLogLines: number
  /** Of the certificates in use, whole days. */
  readonly daysUntilFirstExpiry: number
  /** Of the JavaScript heap, bytes. */
  readonly memory: { readonly heapUsed: number; readonly heapTotal: number; readonly rss: number }
}

/** Envoy's statistics of the process and its configuration. */
export function serverStats(source: ServerStatsSource): readonly Stat[] {
  const { manager, memory, state } = source
  const warming = manager.warming()
  return [
    gauge('server', 'live', state === 'LIVE' ? 1 : 0),
    gauge('server', 'state', STATE_NUMBERS[state]),
    gauge('server', 'uptime', Math.floor(source.uptimeMs / 1000)),
    gauge('server', 'memory_allocated', memory.heapUsed),
    gauge('server', 'memory_heap_size', memory.heapTotal),
    gauge('server', 'memory_physical_size', memory.rss),
    gauge('server', 'concurrency', source.concurrency),
    gauge('server', 'days_until_first_cert_expiring', source.daysUntilFirstExpiry),
    gauge('control_plane', 'connected_state', source.connected ? 1 : 0),
    gauge('cluster_manager', 'warming_clusters', warming.clusters.length),
    gauge('listener_manager', 'total_listeners_warming', warming.listeners.length),
    counter('filesystem', 'write_failed', source.droppedLogLines),
    ...updates('cluster_manager.cds', CLUSTER_TYPE, manager),
    ...updates('cluster_manager.eds', ENDPOINT_TYPE, manager),
    ...updates('listener_manager.lds', LISTENER_TYPE, manager),
    ...updates('rds', ROUTE_TYPE, manager),
  ]
}

function updates(scope: string, typeUrl: string, manager: ConfigManager): readonly Stat[] {
  const { attempts, success, rejected } = manager.counts(typeUrl)
  return [
    counter(scope, 'update_attempt', attempts),
    counter(scope, 'update_success', success),
    counter(scope, 'update_rejected', rejected),
  ]
}

function gauge(scope: string, name: string, value: number): Stat {
  return { scope, owner: '', name, kind: 'gauge', value }
}

function counter(scope: string, name: string, value: number): Stat {
  return { scope, owner: '', name, kind: 'counter', value }
}
