import type { HttpConnectionManagerConfig, StreamDurationConfig } from '../config/model.ts'
import type { MatchedRoute } from '../route/route-table.ts'
import { isGrpcRequest } from './grpc.ts'
import { formatGrpcTimeout, grpcTimeout } from './grpc-timeout.ts'
import type { StreamExchange } from './stream-exchange.ts'

/**
 * How long a stream may take from its beginning, ms; 0 = no limit (Envoy: ActiveStream::refreshDurationTimeout). A route
 * says so, and what it leaves open the connection manager does. Servers of gRPC are told.
 */
export function limitDuration(
  exchange: StreamExchange,
  route: MatchedRoute | null,
  config: HttpConnectionManagerConfig,
): number {
  const limit = streamDuration(exchange, route, config)
  if (limit > 0 && isGrpcRequest(exchange)) exchange.requestHeaders.set('grpc-timeout', formatGrpcTimeout(limit))
  return limit
}

function streamDuration(
  exchange: StreamExchange,
  route: MatchedRoute | null,
  config: HttpConnectionManagerConfig,
): number {
  const action = route?.entry.action
  const ofRoute = action?.kind === 'route' ? action.maxStreamDuration : undefined
  const fallback = ofRoute?.maxMs ?? config.maxStreamDurationMs ?? 0
  if (ofRoute?.grpcHeaderMaxMs === undefined) return fallback
  const timeout = grpcTimeout(exchange.requestHeaders)
  return timeout === undefined ? fallback : limited(timeout, ofRoute)
}

/** What is left of nothing is not nothing, which would be no limit. */
function limited(timeout: number, { grpcHeaderMaxMs: max = 0, grpcHeaderOffsetMs: offset = 0 }: StreamDurationConfig) {
  const capped = max === 0 ? timeout : Math.min(timeout, max)
  return Math.max(Number.MIN_VALUE, capped - offset)
}
