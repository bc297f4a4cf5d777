import type { OnDemandClusters } from '../config/model.ts'
import { DEMAND_TIMEOUT_MS, type Demand, type DemandOutcome } from '../demand/demand.ts'
import type { WaitingRequests } from '../demand/waiting-requests.ts'
import { ResponseFlag } from '../http/exchange.ts'
import type { ClusterLookup } from '../http/router-runtime.ts'
import type { Filter, FilterStream } from './filter.ts'

/** What one request may wait for: a virtual host, its cluster, and that of a retry of the weights. */
const MAX_DEMANDS = 3

/**
 * Envoy's on_demand filter: a request whose virtual host or cluster is not there waits until the control plane has sent it.
 * What the control plane does not have is answered as without the filter (404, 503).
 */
export function createOnDemandFilter(
  config: OnDemandClusters | undefined,
  waiting: WaitingRequests,
  clusters: ClusterLookup,
): Filter {
  const seek = (stream: FilterStream, demand: Demand | null, soFar: number): void => {
    const goOn = stream.suspend()
    if (demand === null || soFar === MAX_DEMANDS) {
      goOn()
      return
    }
    const again = () => {
      if (stream.rematch()) seek(stream, demandOf(stream, config, clusters), soFar + 1)
    }
    waiting.wait(demand, (outcome) => {
      if (outcome === 'found') goOn(again)
      else if (outcome === 'missing') goOn()
      else goOn(() => refuse(stream, demand, outcome))
    })
  }
  return {
    name: 'on-demand',
    onRequest(stream) {
      const demand = demandOf(stream, config, clusters)
      if (demand === null) return 'continue'
      seek(stream, demand, 0)
      return 'stop'
    },
  }
}

function demandOf(
  { route, routes, exchange }: FilterStream,
  ofFilter: OnDemandClusters | undefined,
  clusters: ClusterLookup,
): Demand | null {
  if (route === null) {
    const name = routes.table?.missingHost?.(exchange.authority) ?? null
    return name === null ? null : { kind: 'virtual-host', name, timeoutMs: DEMAND_TIMEOUT_MS }
  }
  const config = route.entry.onDemandClusters ?? ofFilter
  const name = exchange.target?.name ?? ''
  if (config === undefined || config === 'off' || name === '' || clusters.get(name) !== undefined) return null
  return { kind: 'cluster', name, timeoutMs: config.timeoutMs }
}

function refuse(stream: FilterStream, { kind }: Demand, outcome: Exclude<DemandOutcome, 'found'> | 'overflow'): void {
  const flag = kind === 'cluster' ? ResponseFlag.NC : ResponseFlag.NR
  const what = kind === 'cluster' ? 'cluster' : 'virtual_host'
  stream.reply(503, '', `on_demand_${what}_${outcome}`, flag)
}
