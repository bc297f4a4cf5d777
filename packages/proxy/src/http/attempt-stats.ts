import type { ClusterStats } from '../cluster/cluster-stats.ts'
import type { Endpoint } from '../cluster/endpoint.ts'
import type { ResetReason } from './upstream.ts'
import type { UpstreamRequest } from './upstream-request.ts'

/** The response's head has come. */
export function countResponse(status: number, cluster: ClusterStats, endpoint: Endpoint | null): void {
  cluster.countResponse(status)
  if (endpoint === null) return
  if (status < 500) endpoint.stats.rqSuccess += 1
  else endpoint.stats.rqError += 1
}

/** The try has broken. */
export function countReset(
  reason: ResetReason,
  cluster: ClusterStats,
  { endpoint, headSent }: Pick<UpstreamRequest, 'endpoint' | 'headSent'>,
): void {
  if (endpoint !== null) endpoint.stats.rqError += 1
  if (reason === 'overflow') cluster.upstreamRqPendingOverflow += 1
  else if (headSent) cluster.upstreamRqRxReset += 1
}

/** The try's time is up. Its cluster counts each kind of timeout by itself. */
export function countTimeout(endpoint: Endpoint | null): void {
  if (endpoint !== null) endpoint.stats.rqTimeout += 1
}
