import type { Destination } from '@mizzen/api'
import { outboundCluster } from './cluster-name.ts'
import type { ServiceModel } from './service.ts'

/**
 * The cluster that a destination means. Without a port of its own it is the service's only port, else the port that the
 * request came in on. Whether the cluster exists is not asked: a request to one that does not is answered 503 (NC).
 */
export function destinationCluster(
  destination: Destination,
  service: ServiceModel | undefined,
  listenPort: number,
): string {
  const only = service?.ports.length === 1 ? service.ports[0]?.number : undefined
  const port = destination.port?.number ?? only ?? listenPort
  return outboundCluster(port, destination.subset ?? '', destination.host)
}
