import type { ConfigNode } from './config-node.ts'
import type { EndpointConfig, EndpointsConfig } from './model.ts'
import { readAddress, readMetadata } from './read-values.ts'

/** envoy.config.core.v3.HealthStatus, as load balancing sees it. */
const HEALTH = {
  UNKNOWN: 'healthy',
  HEALTHY: 'healthy',
  UNHEALTHY: 'unhealthy',
  TIMEOUT: 'unhealthy',
  DRAINING: 'draining',
  DEGRADED: 'degraded',
} as const

/** envoy.config.endpoint.v3.ClusterLoadAssignment. */
export function readEndpoints(node: ConfigNode): EndpointsConfig {
  node.child('policy', readPolicy)
  return { clusterName: node.requiredString('cluster_name'), endpoints: node.list('endpoints', readLocality).flat() }
}

/** Defaults are what this proxy does; `endpoint_stale_after` is not needed while EDS updates come by one stream. */
function readPolicy(policy: ConfigNode): void {
  policy.ignore('endpoint_stale_after')
  const factor = policy.count('overprovisioning_factor', 140)
  if (factor !== 140) throw policy.error('unsupported-config', 'only 140 is supported', 'overprovisioning_factor')
}

type Locality = EndpointConfig['locality']

function readLocality(node: ConfigNode): readonly EndpointConfig[] {
  node.ignore('metadata')
  const weight = node.count('load_balancing_weight', 1)
  const priority = node.count('priority', 0)
  const place = node.child('locality', (locality) => ({
    region: locality.string('region'),
    zone: locality.string('zone'),
    subZone: locality.string('sub_zone'),
  }))
  const locality: Locality = { ...(place ?? { region: '', zone: '', subZone: '' }), weight }
  return node.list('lb_endpoints', (endpoint) => readEndpoint(endpoint, priority, locality))
}

function readEndpoint(node: ConfigNode, priority: number, locality: Locality): EndpointConfig {
  const place = node.child('endpoint', (endpoint) => {
    endpoint.ignore('health_check_config')
    const address = endpoint.child('address', readAddress)
    if (address === undefined) throw endpoint.error('bad-config', 'must be given', 'address')
    const hostname = endpoint.optionalString('hostname')
    return { address, ...(hostname !== undefined && { hostname }) }
  })
  if (place === undefined) throw node.error('unsupported-config', 'needs endpoint')
  return {
    ...place,
    weight: node.count('load_balancing_weight', 1),
    priority,
    locality,
    health: node.enumeration('health_status', HEALTH),
    metadata: node.child('metadata', readMetadata) ?? {},
  }
}
