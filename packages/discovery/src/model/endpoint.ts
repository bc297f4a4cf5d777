import type { EndpointSlice, Pod, ServiceEntry, SliceEndpoint } from '@mizzen/api'
import type { Labels } from './labels.ts'
import { type Workload, workloadOf } from './workload.ts'

/** One address that answers for a service. */
export interface EndpointModel {
  readonly address: string
  /** Port number by the name of the service's port. */
  readonly ports: Readonly<Record<string, number>>
  readonly labels: Labels
  /** `draining` endpoints finish what they have and get nothing new while there is another. */
  readonly health: 'healthy' | 'draining'
  readonly weight: number
  readonly workload: Workload | undefined
}

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name'

/** Endpoints of a slice that can take traffic; Pods give them labels and workload. */
export function sliceEndpoints(slice: EndpointSlice, podOf: (key: string) => Pod | undefined): EndpointModel[] {
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
      ports,
      labels: pod?.metadata.labels ?? {},
      health,
      weight: 1,
      workload: pod && workloadOf(pod),
    }))
  })
}

/** Ready ones are healthy; what ends but still serves is draining; the rest must not be called. */
function healthOf({ conditions = {} }: SliceEndpoint): EndpointModel['health'] | undefined {
  const ready = conditions.ready ?? true
  if (ready) return 'healthy'
  return (conditions.serving ?? ready) && conditions.terminating === true ? 'draining' : undefined
}

/** Endpoints that a ServiceEntry names itself; their ports are by the entry's port names. */
export function entryEndpoints(entry: ServiceEntry): EndpointModel[] {
  const { resolution = 'NONE', endpoints = [], ports = [] } = entry.spec
  if (resolution !== 'STATIC') return []
  return endpoints.flatMap(({ address = '', ports: own = {}, labels = {}, weight = 1 }) => {
    if (address === '' || address.startsWith('unix:')) return []
    const numbers = ports.map((port) => [port.name, own[port.name] ?? port.targetPort ?? port.number] as const)
    return [
      { address, ports: Object.fromEntries(numbers), labels, health: 'healthy' as const, weight, workload: undefined },
    ]
  })
}
