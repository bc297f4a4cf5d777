import type { RetryConfig } from '../config/model.ts'
import type { Headers } from './headers.ts'
import type { ResetReason } from './upstream.ts'

/** gRPC status codes that Envoy's gRPC retry policies name. */
const GRPC_STATUS: Readonly<Record<string, string>> = {
  cancelled: '1',
  'deadline-exceeded': '4',
  'resource-exhausted': '8',
  internal: '13',
  unavailable: '14',
}

/**
 * Whether a response with this head is to be tried again (Envoy: router_filter, x-envoy-retry-on and
 * x-envoy-retry-grpc-on).
 */
export function retriesResponse(retry: RetryConfig, status: number, headers: Headers): boolean {
  // An upstream that limits its callers is not helped by more requests.
  if (headers.has('x-envoy-ratelimited')) return retry.on.includes('envoy-ratelimited')
  const grpcStatus = headers.get('grpc-status')
  return retry.on.some((condition) => {
    switch (condition) {
      case '5xx':
        return status >= 500
      case 'gateway-error':
        return status >= 502 && status <= 504
      case 'retriable-4xx':
        return status === 409
      case 'retriable-status-codes':
        return retry.statusCodes.includes(status)
      case 'retriable-headers':
        return retry.headerNames?.some((name) => headers.has(name)) === true
      default:
        return grpcStatus !== undefined && GRPC_STATUS[condition] === grpcStatus
    }
  })
}

/**
 * Whether a request that broke before its response is to be tried again.
 * @param sent something of the request may have reached the upstream
 */
export function retriesReset(retry: RetryConfig, reason: ResetReason, sent: boolean): boolean {
  if (reason === 'overflow') return false
  return retry.on.some((condition) => {
    switch (condition) {
      case '5xx':
      case 'gateway-error':
      case 'reset':
        return true
      case 'connect-failure':
        return isConnectFailure(reason)
      case 'reset-before-request':
        return !sent
      case 'refused-stream':
        return reason === 'remote refused stream reset'
      default:
        return false
    }
  })
}

function isConnectFailure(reason: ResetReason): boolean {
  return (
    reason === 'remote connection failure' || reason === 'local connection failure' || reason === 'connection timeout'
  )
}

/** Methods that may be sent twice without harm (RFC 9110 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method)
}

/**
 * Whether a request may be sent again without being asked for by a retry policy: the upstream refused it unseen (RFC 9113
 * 8.7), or it went out on a kept-alive connection, which the upstream closed without a byte of response. That most likely
 * had closed the idle connection while the request was on its way; RFC 9110 9.2.2 allows this for idempotent methods.
 */
export function mayReplay(method: string, reason: ResetReason, reused: boolean, responseBegan: boolean): boolean {
  if (reason === 'remote refused stream reset') return true
  return reason === 'connection termination' && reused && !responseBegan && IDEMPOTENT.has(method)
}
