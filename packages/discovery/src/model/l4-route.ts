import type { RouteDestination, TrafficPolicy } from '@mizzen/api'
import { destinationCluster } from './destination.ts'
import { effectivePolicy } from './destination-rule.ts'
import type { ServiceModel } from './service.ts'
import type { VirtualServiceModel } from './virtual-service.ts'

/** Where connections go whose content is not looked at. */
export interface L4Target {
  readonly statPrefix: string
  readonly clusters: readonly { readonly name: string; readonly weight: number }[]
  /** Durations; undefined is the data plane's default. */
  readonly idleTimeout: string | undefined
  readonly maxDuration: string | undefined
  /** Where the route is written: the key of its object, and a path in it. */
  readonly from: { readonly origin: string; readonly path: string } | undefined
}

/** What connections are asked for before any of their content is read. */
export interface L4Chain {
  /** Of TLS (SNI); empty for any. */
  readonly serverNames: readonly string[]
  /** Addresses (CIDR) that are called; empty for any. */
  readonly subnets: readonly string[]
  readonly target: L4Target
}

export interface L4Lookup {
  serviceOf(hostname: string): ServiceModel | undefined
  /** The policy of a service as the proxy heeds it. */
  policyOf(service: ServiceModel): TrafficPolicy | undefined
}

/** @param listenPort where a destination leads that names no port */
export function routeTarget(
  { origin }: VirtualServiceModel,
  route: readonly RouteDestination[],
  path: string,
  listenPort: number,
  lookup: L4Lookup,
): L4Target | undefined {
  const shares = route.length === 1 ? route.map((one) => ({ ...one, weight: 1 })) : route
  const clusters = shares.flatMap(({ destination, weight = 0 }) => {
    const name = destinationCluster(destination, lookup.serviceOf(destination.host), listenPort)
    return weight > 0 ? [{ name, weight }] : []
  })
  const [only] = clusters
  if (only === undefined) return undefined
  return {
    statPrefix: route.length === 1 ? only.name : `${origin.name}.${origin.namespace}`,
    clusters,
    ...limitsOf(lookup.serviceOf(route[0]?.destination.host ?? ''), lookup),
    from: { origin: origin.key, path },
  }
}

/** Everything to one cluster. */
export function clusterTarget(cluster: string): L4Target {
  const clusters = [{ name: cluster, weight: 1 }]
  return { statPrefix: cluster, clusters, idleTimeout: undefined, maxDuration: undefined, from: undefined }
}

/** Everything to one cluster of a service. */
export function serviceTarget(cluster: string, service: ServiceModel, lookup: L4Lookup): L4Target {
  return { ...clusterTarget(cluster), ...limitsOf(service, lookup) }
}

/** As in Istio, those of the service that the first destination names. */
function limitsOf(service: ServiceModel | undefined, lookup: L4Lookup): Pick<L4Target, 'idleTimeout' | 'maxDuration'> {
  const policy = service && lookup.policyOf(service)
  const tcp = effectivePolicy(policy, undefined, undefined).connectionPool?.tcp
  return { idleTimeout: tcp?.idleTimeout, maxDuration: tcp?.maxConnectionDuration }
}
