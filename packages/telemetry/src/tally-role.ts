import type { Labels } from './label-set.ts'
import { isBrokenConnection, isFailedConnection, isFailedRequest } from './logged-request.ts'
import type { Tally } from './tally.ts'
import type { TrafficTable } from './traffic-table.ts'

/** What a metric is to a tally. */
export type TallyRole = 'requests' | 'failed-requests' | 'attempts' | 'latency'

/** `mizzen_route_…` is what our proxies tell of the routes of their requests. */
const ROLES: Readonly<Record<string, TallyRole>> = {
  istio_requests_total: 'requests',
  istio_request_duration_milliseconds: 'latency',
  // A connection is a request of its service; one that ended badly later is another, a failed one.
  istio_tcp_connections_opened_total: 'requests',
  istio_tcp_connections_closed_total: 'failed-requests',
  mizzen_route_requests_total: 'requests',
  mizzen_route_attempts_total: 'attempts',
  mizzen_route_request_duration_milliseconds: 'latency',
}

/** The tally that a metric counts for; undefined if it counts for none, or there is no room for another one. */
export function tallyRole(
  traffic: TrafficTable,
  name: string,
  labels: Labels,
): { readonly tally: Tally; readonly role: TallyRole } | undefined {
  const role = ROLES[name]
  const { reporter } = labels
  if (role === undefined || (reporter !== 'source' && reporter !== 'destination')) return undefined
  if (name === CLOSED && !isReset(labels)) return undefined
  const tally = traffic.find({
    reporter,
    service: labels.destination_service ?? 'unknown',
    namespace: labels.destination_workload_namespace ?? 'unknown',
    workload: labels.destination_workload ?? 'unknown',
    version: labels.destination_version ?? 'unknown',
    route: labels.route ?? '',
  })
  return tally && { tally, role: role === 'requests' && isFailure(labels) ? 'failed-requests' : role }
}

const CLOSED = 'istio_tcp_connections_closed_total'

/** The upstream was there, and broke it off; one that never was is told when it is opened. */
function isReset({ response_flags: flags = '' }: Labels): boolean {
  return isBrokenConnection(flags) && !isFailedConnection(flags)
}

/** Istio writes 0 where there was no response. Routes have an outcome instead, and connections have flags. */
function isFailure(labels: Labels): boolean {
  const { outcome, response_code: status, grpc_response_status: grpcStatus } = labels
  if (outcome !== undefined) return outcome === 'failure'
  if (labels.request_protocol === 'tcp') return isFailedConnection(labels.response_flags ?? '')
  const code = grpcStatus === undefined || grpcStatus === '' ? undefined : Number(grpcStatus)
  return isFailedRequest(Number(status ?? 200), code)
}
