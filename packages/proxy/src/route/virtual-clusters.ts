import type { VirtualClusterConfig } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'
import { compileHeaderMatches } from './route-match.ts'

/** The name of the first group that a request belongs to; '' = none. undefined: there are no groups. */
export type VirtualClusters = ((exchange: Exchange) => string) | undefined

/** Compiles the groups of requests that a virtual host names (Envoy: virtual_clusters). */
export function compileVirtualClusters(clusters: readonly VirtualClusterConfig[], path: string): VirtualClusters {
  if (clusters.length === 0) return undefined
  const groups = clusters.map(({ name, headers }, index) => ({
    name,
    matches: compileHeaderMatches(headers, `${path}.virtual_clusters[${index}]`),
  }))
  return (exchange) => groups.find(({ matches }) => matches(exchange))?.name ?? ''
}
