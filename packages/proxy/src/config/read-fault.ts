import type { ConfigNode } from './config-node.ts'
import type { FaultConfig } from './model.ts'
import { readFraction } from './read-values.ts'

export const FAULT_TYPE = 'envoy.extensions.filters.http.fault.v3.HTTPFault'

/** envoy.extensions.filters.http.fault.v3.HTTPFault: a fixed delay, a status of HTTP or of gRPC, or both. */
export function readFault(node: ConfigNode): FaultConfig {
  node.ignore('disable_downstream_cluster_stats')
  return { delay: node.child('delay', readDelay), abort: node.child('abort', readAbort) }
}

function readDelay(node: ConfigNode): FaultConfig['delay'] {
  node.enumeration('type', { FIXED: true })
  const ms = node.duration('fixed_delay')
  if (ms === undefined) throw node.error('unsupported-config', 'only fixed_delay is supported')
  return { ms, percent: node.child('percentage', readFraction) ?? { numerator: 0, denominator: 100 } }
}

function readAbort(node: ConfigNode): FaultConfig['abort'] {
  const percent = node.child('percentage', readFraction) ?? { numerator: 0, denominator: 100 as const }
  const grpcStatus = node.optionalCount('grpc_status')
  // As Envoy: callers that speak no gRPC get 200.
  if (grpcStatus !== undefined) return { status: 200, grpcStatus, percent }
  const status = node.count('http_status', 0)
  if (status < 200 || status > 599)
    throw node.error('unsupported-config', 'needs grpc_status, or an http_status of 200 to 599')
  return { status, percent }
}
