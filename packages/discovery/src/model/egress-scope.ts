import { EgressTable } from './egress-table.ts'
import type { Labels } from './labels.ts'
import type { ServiceModel, ServicePortModel } from './service.ts'
import type { SidecarModel } from './sidecar.ts'
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
 * @param led ports to which VirtualServices that the scope sees lead, of this service: those are seen without being listed.
 *   Undefined is all ports
 */
export function visiblePorts(
  scope: EgressScope,
  service: ServiceModel,
  led: () => readonly (number | undefined)[],
): readonly ServicePortModel[] {
  if (!isVisible(service.visibility, scope.namespace)) return []
  const egress = scope.sidecar?.egress
  if (egress === undefined) return service.ports
  const listed = EgressTable.of(egress).portsOf(service.hostname, service.origin.namespace)
  if (listed.some((ports) => ports.has(undefined))) return service.ports
  const seen = [...listed, new Set(led())]
  if (seen.some((ports) => ports.has(undefined))) return service.ports
  return service.ports.filter(({ number }) => seen.some((ports) => ports.has(number)))
}

/** Whether clients of this scope heed a VirtualService at all. */
export function seesRule(scope: EgressScope, { visibility, hosts, origin }: VirtualServiceModel): boolean {
  if (!isVisible(visibility, scope.namespace)) return false
  const egress = scope.sidecar?.egress
  return egress === undefined || EgressTable.of(egress).letsInSome(hosts, origin.namespace)
}

/** By host, the ports to which a rule leads clients of this scope; undefined for all of a host. */
export function leadsOf(
  scope: EgressScope,
  rule: VirtualServiceModel,
): ReadonlyMap<string, readonly (number | undefined)[]> {
  const leads = Map.groupBy(destinationsFor(rule, scope.namespace), ({ host }) => host)
  return new Map([...leads].map(([host, some]) => [host, [...new Set(some.map(({ port }) => port?.number))]]))
}
