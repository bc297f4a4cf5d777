import type { ConfigNode } from './config-node.ts'

/** What bounds the whole process. */
export interface OverloadConfig {
  /** Client connections at once; undefined = no limit. */
  readonly maxConnections?: number
}

const CONNECTIONS = 'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig'

/**
 * envoy.config.overload.v3.OverloadManager: the limit of client connections. Other monitors, and all actions, are refused:
 * who relies on them must not believe that they work.
 */
export function readOverloadManager(node: ConfigNode): OverloadConfig {
  node.ignore('refresh_interval', 'buffer_factory_config')
  const limits = node.list('resource_monitors', readMonitor)
  if (limits.length > 1) throw node.error('bad-config', 'may be given once', 'resource_monitors')
  return { maxConnections: limits[0] }
}

function readMonitor(node: ConfigNode): number {
  node.ignore('name')
  const limit = node.typed('typed_config', {
    [CONNECTIONS]: (config) => config.optionalCount('max_active_downstream_connections'),
  })
  if (limit === undefined || limit === 0) {
    throw node.error('bad-config', 'must limit connections to at least one', 'typed_config')
  }
  return limit
}
