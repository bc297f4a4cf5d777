import { hostsOverlap } from './host-name.ts'
import type { Labels } from './labels.ts'
import type { ServiceModel, ServicePortModel } from './service.ts'
import { listenersFor, type SidecarModel } from './sidecar.ts'
import { destinationsFor, type VirtualServiceModel } from './virtual-service.ts'
import { isVisible } from './visibility.ts'

/** The namespace of clients in which nothing depends on which one it is: they see what is exported to all. */
export const ANY_NAMESPACE = '*'

/** What clients of one kind can see: they share clusters, endpoints and most of their routes. */
export interface EgressScope {
  /** Holds no tab and no space. */
  readonly key: string
  /** ANY_NAMESPACE: of any that nothing sets apart. */
  readonly namespace: string
  /** Of the client, as far as DestinationRules of its namespace select by them. */
  readonly labels: Labels
  /** Undefined: everything that is exported to the namespace. */
  readonly sidecar: SidecarModel | undefined
}

/**
 * The ports of a service that clients of this scope may call; none if they do not see it.
 * @param callers the VirtualServices that name it as a destination: what one of them leads to (the port, if it names one) is
 *   seen without being listed
 */
export function visiblePorts(
  scope: EgressScope,
  service: ServiceModel,
  callers: () => readonly VirtualServiceModel[],
): readonly ServicePortModel[] {
  if (!isVisible(service.visibility, scope.namespace)) return []
  const egress = scope.sidecar?.egress
  if (egress === undefined) return service.ports
  const listeners = listenersFor(egress, service.hostname, service.origin.namespace)
  if (listeners.some(({ port }) => port === undefined)) return service.ports
  const led = callers()
    .filter((caller) => seesRule(scope, caller))
    .flatMap((caller) => destinationsFor(caller, scope.namespace).filter(({ host }) => host === service.hostname))
  if (led.some(({ port }) => port?.number === undefined)) return service.ports
  const numbers = new Set([...listeners.map(({ port }) => port), ...led.map(({ port }) => port?.number)])
  return service.ports.filter(({ number }) => numbers.has(number))
}

/** Whether clients of this scope heed a VirtualService at all. */
export function seesRule(scope: EgressScope, { visibility, hosts, origin }: VirtualServiceModel): boolean {
  if (!isVisible(visibility, scope.namespace)) return false
  const egress = scope.sidecar?.egress
  if (egress === undefined) return true
  return egress.some((listener) =>
    listener.hosts.some(
      ({ namespace, host }) =>
        (namespace === '*' || namespace === origin.namespace) && hosts.some((one) => hostsOverlap(one, host)),
    ),
  )
}
