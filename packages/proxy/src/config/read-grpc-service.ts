import type { ConfigNode } from './config-node.ts'

/** envoy.config.core.v3.GrpcService: the name of its cluster. */
export function readGrpcService(node: ConfigNode): string {
  node.ignore('timeout')
  const cluster = node.child('envoy_grpc', (service) => {
    service.ignore('authority', 'retry_policy', 'max_receive_message_length')
    return service.requiredString('cluster_name')
  })
  if (cluster === undefined) throw node.error('unsupported-config', 'only envoy_grpc is supported')
  return cluster
}
