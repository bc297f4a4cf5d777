import { DEMAND_TIMEOUT_MS } from '../demand/demand.ts'
import type { ConfigNode } from './config-node.ts'
import type { OnDemandClusters } from './model.ts'
import { readConfigSource } from './read-values.ts'

export const ON_DEMAND_TYPE = 'envoy.extensions.filters.http.on_demand.v3.OnDemand'
export const ON_DEMAND_ROUTE_TYPE = 'envoy.extensions.filters.http.on_demand.v3.PerRouteConfig'

/** OnDemand and its PerRouteConfig: whether clusters are asked for. Virtual hosts are, where the routes say so. */
export function readOnDemand(node: ConfigNode): OnDemandClusters | undefined {
  return node.child('odcds', (odcds) => {
    if (odcds.child('source', readConfigSource) === undefined)
      throw odcds.error('bad-config', 'must be given', 'source')
    return { timeoutMs: odcds.duration('timeout') ?? DEMAND_TIMEOUT_MS }
  })
}
