import type { Random } from '@mizzen/base'
import type { RouteAction, WeightedCluster } from '../config/model.ts'
import type { Exchange } from '../http/exchange.ts'

/** Cluster names that came by header and are kept as values; beyond that each request makes its own. */
const MAX_NAMED = 1000

/** Chooses one of a route's clusters: by header, or each in proportion to its weight. */
export function compileTargets(action: RouteAction, random: Random): (exchange: Exchange) => WeightedCluster {
  if (action.clusterHeader !== undefined) return byHeader(action.clusterHeader)
  const { clusters } = action
  const only = clusters[0] as WeightedCluster
  if (clusters.length === 1) return () => only
  const bounds: number[] = []
  let total = 0
  for (const cluster of clusters) bounds.push((total += cluster.weight))
  return () => {
    const at = random() * total
    // Bounds grow: the first above `at` belongs to the chosen one, and weights of 0 are never chosen.
    for (let index = 0; index < bounds.length; index += 1) {
      if (at < (bounds[index] as number)) return clusters[index] as WeightedCluster
    }
    return only
  }
}

function byHeader(header: string): (exchange: Exchange) => WeightedCluster {
  const known = new Map<string, WeightedCluster>()
  return (exchange) => {
    const name = exchange.requestHeaders.get(header) ?? ''
    const found = known.get(name)
    if (found !== undefined) return found
    const target: WeightedCluster = { name, weight: 1, headers: { request: [], response: [] } }
    if (known.size < MAX_NAMED) known.set(name, target)
    return target
  }
}
