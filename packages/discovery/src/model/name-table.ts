import type { EndpointModel } from './endpoint.ts'
import type { ServiceModel } from './service.ts'
import { isAddress } from './virtual-host-domains.ts'

/** What a host's name stands for, as Istio's agent answers DNS queries. */
export interface NameEntry {
  readonly host: string
  readonly ips: readonly string[]
  readonly registry: 'Kubernetes' | 'External'
  /** Of hosts of Kubernetes: the name below its namespace, and that. */
  readonly shortname: string
  readonly namespace: string
}

/**
 * The names of a service: its own, with its addresses. A headless one has those of its endpoints, and each Pod that has
 * a host name has that below the service's (`mysql-0.mysql.default.svc.cluster.local`). None if nothing has an address.
 * @param endpoints of the service; looked at only if it is headless
 */
export function namesOf(service: ServiceModel, endpoints: () => readonly EndpointModel[]): NameEntry[] {
  const { hostname, origin } = service
  const isKubernetes = origin.key.startsWith('Service/')
  const place = isKubernetes
    ? { shortname: origin.name, namespace: origin.namespace }
    : { shortname: '', namespace: '' }
  const registry = isKubernetes ? 'Kubernetes' : 'External'
  const members = service.headless ? endpoints().filter(({ address }) => isAddress(address)) : []
  const own = service.headless ? members.map(({ address }) => address) : service.addresses
  const ips = [...new Set(own.filter(isAddress))].sort()
  const pods = [...Map.groupBy(members, (member) => member.hostName ?? '')].filter(([name]) => name !== '')
  return [
    ...(ips.length === 0 ? [] : [{ host: hostname, ips, registry, ...place } as const]),
    ...pods.map(([name, some]) => ({
      host: `${name}.${hostname}`,
      ips: [...new Set(some.map(({ address }) => address))].sort(),
      registry: registry as NameEntry['registry'],
      shortname: `${name}.${place.shortname}`,
      namespace: place.namespace,
    })),
  ]
}
