import { outboundCluster } from './cluster-name.ts'
import type { MergedRule } from './destination-rule.ts'
import type { EndpointModel } from './endpoint.ts'
import { selects } from './labels.ts'
import type { ServiceModel } from './service.ts'

/** A service under one choice of DestinationRule (or none): what its clusters are made from. */
export interface ServicePolicy {
  readonly service: ServiceModel
  readonly rule: MergedRule | undefined
}

/** Who answers for one cluster. */
export interface AssignmentModel {
  readonly cluster: string
  readonly endpoints: readonly { readonly port: number; readonly endpoint: EndpointModel }[]
  readonly origins: readonly string[]
}

/** The load assignments of all clusters of a service: one for each port and subset, and for each port alone. */
export function assignmentsOf(
  { service, rule }: ServicePolicy,
  endpoints: readonly EndpointModel[],
): AssignmentModel[] {
  const subsets = [{ name: '', labels: {} }, ...(rule?.subsets ?? [])]
  const origins = [service.origin.key, ...(rule?.origins ?? [])]
  return service.ports.flatMap((port) =>
    subsets.map((subset) => ({
      cluster: outboundCluster(port.number, subset.name, service.hostname),
      endpoints: endpoints
        .flatMap((endpoint) => {
          const number = endpoint.ports[port.name]
          if (number === undefined || !selects(subset.labels ?? {}, endpoint.labels)) return []
          return [{ port: number, endpoint }]
        })
        .sort((left, right) => byAddress(left, right)),
      origins: subset.name === '' ? origins.slice(0, 1) : origins,
    })),
  )
}

function byAddress(
  left: { readonly port: number; readonly endpoint: EndpointModel },
  right: { readonly port: number; readonly endpoint: EndpointModel },
): number {
  if (left.endpoint.address !== right.endpoint.address) return left.endpoint.address < right.endpoint.address ? -1 : 1
  return left.port - right.port
}
