import type { Exchange } from '../http/exchange.ts'
import { grpcStatus, isGrpcRequest } from '../http/grpc.ts'

/** gRPC statuses that are the server's fault: UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE, DATA_LOSS. */
const FAILED_GRPC: readonly (number | undefined)[] = [2, 4, 13, 14, 15]

/** A server error, a gRPC status that means one, or no response. Of a TCP connection: there is a response flag. */
export function hasFailed(exchange: Exchange): boolean {
  const { status, protocol, flags } = exchange
  if (protocol === '') return flags !== 0
  if (status === 0 || status >= 500) return true
  return isGrpcRequest(exchange) && FAILED_GRPC.includes(grpcStatus(exchange))
}
