import type { EndpointSlice, ServiceEntry, SliceEndpoint, WorkloadEntry, WorkloadEntrySpec } from '@mizzen/api'
import type { Labels } from './labels.ts'
import type { PodModel } from './pod.ts'
import type { ServiceModel, ServicePortModel } from './service.ts'
import type { Workload } from './workload.ts'

/** One address that answers for a service. */
export interface EndpointModel {
  /** An IP address; for services that are resolved by DNS possibly a name. */
  readonly address: string
  /** A Pod's below the name of its headless service. */
  readonly hostName?: string
  /** Port number by the name of the service's port. */
  readonly ports: Readonly<Record<string, number>>
  readonly labels: Labels
  /** `draining` endpoints finish what they have and get nothing new while there is another. */
  readonly health: 'healthy' | 'draining'
  readonly weight: number
  readonly workload: Workload | undefined
  /** `region/zone/subzone`, as far as it is known. */
  readonly locality: string
}

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'

/** Endpoints of a slice that can take traffic; Pods give them labels and workload. */
export function sliceEndpoints(slice: EndpointSlice, podOf: (key: string) => PodModel | undefined): EndpointModel[] {
  const ports: Record<string, number> = {}
  for (const { name = '', port } of slice.ports ?? []) if (port !== undefined) ports[name] = port
  const namespace = slice.metadata.namespace ?? ''
  return slice.endpoints.flatMap((endpoint) => {
    const health = healthOf(endpoint)
    if (health === undefined) return []
    const target = endpoint.targetRef
    const pod = target?.kind === 'Pod' ? podOf(`Pod/${target.namespace ?? namespace}/${target.name}`) : undefined
    return endpoint.addresses.slice(0, 1).map((address) => ({
      address,
      ...(endpoint.hostname !== undefined && { hostName: endpoint.hostname }),
      ports,
      labels: pod?.labels ?? {},
      health,
      weight: 1,
      workload: pod?.workload,
      locality: '',
    }))
  })
}

/** Ready ones are healthy; what ends but still serves is draining; the rest must not be called. */
function healthOf({ conditions = {} }: SliceEndpoint): EndpointModel['health'] | undefined {
  const ready = conditions.ready ?? true
  if (ready) return 'healthy'
  return (conditions.serving ?? ready) && conditions.terminating === true ? 'draining' : undefined
}

/**
 * Endpoints that a ServiceEntry names itself. Without any, one that is resolved by DNS has its own hosts.
 * @param hostname one of the entry's
 */
export function entryEndpoints(
  { spec }: ServiceEntry,
  { ports, resolution }: ServiceModel,
  hostname: string,
): EndpointModel[] {
  if (resolution === 'NONE' || spec.workloadSelector !== undefined) return []
  const { endpoints = [] } = spec
  if (endpoints.length > 0) return endpoints.flatMap((endpoint) => workloadEndpoint(endpoint, ports))
  if (resolution === 'STATIC' || hostname.startsWith('*')) return []
  return workloadEndpoint({ address: hostname }, ports)
}

/** A WorkloadEntry as an endpoint of a service that selects it. */
export function workloadEntryEndpoint(
  { spec, metadata }: WorkloadEntry,
  ports: readonly ServicePortModel[],
): EndpointModel[] {
  return workloadEndpoint({ ...spec, labels: { ...metadata.labels, ...spec.labels } }, ports)
}

/** Undefined ports are the service's own. Addresses of Unix sockets are of no use to other machines. */
function workloadEndpoint(spec: WorkloadEntrySpec, ports: readonly ServicePortModel[]): EndpointModel[] {
  const { address = '', ports: own = {}, labels = {}, weight = 1, locality = '' } = spec
  if (address === '' || address.startsWith('unix:')) return []
  const numbers = ports.map(({ name, number, target }) => {
    return [name, own[name] ?? (typeof target === 'number' ? target : number)] as const
  })
  return [
    {
      address,
      ports: Object.fromEntries(numbers),
      labels,
      health: 'healthy',
      weight: weight || 1,
      workload: undefined,
      locality,
    },
  ]
}

/** A Pod as an endpoint of a ServiceEntry that selects it. */
export function podEndpoint(pod: PodModel, ports: readonly ServicePortModel[]): EndpointModel[] {
  if (!pod.ready || pod.ip === '') return []
  const numbers = ports.flatMap(({ name, target }) => {
    const number = typeof target === 'number' ? target : pod.ports[target]
    return number === undefined ? [] : [[name, number] as const]
  })
  const { labels, workload, ip } = pod
  return [
    { address: ip, ports: Object.fromEntries(numbers), labels, health: 'healthy', weight: 1, workload, locality: '' },
  ]
}
