import { outboundCluster } from './cluster-name.ts'
import type { MergedRule } from './destination-rule.ts'
import type { EndpointModel } from './endpoint.ts'
import { type Labels, selects } from './labels.ts'
import type { ServiceModel, ServicePortModel } from './service.ts'

/** A service under one choice of DestinationRule (or none): what its clusters are made from. */
export interface ServicePolicy {
  readonly service: ServiceModel
  readonly rule: MergedRule | undefined
}

/** One cluster of a service, as far as it says who answers for it. */
export interface AssignmentPlan {
  readonly cluster: string
  readonly port: ServicePortModel
  /** Of the endpoints that are in it. */
  readonly labels: Labels
  readonly origins: readonly string[]
}

/** An endpoint at a port. */
export interface PortEndpoint {
  readonly port: number
  readonly endpoint: EndpointModel
}

/** All clusters of a service: one for each port and subset, and for each port alone. */
export function assignmentPlans({ service, rule }: ServicePolicy): AssignmentPlan[] {
  const subsets = [{ name: '', labels: {} }, ...(rule?.subsets ?? [])]
  const origins = [service.origin.key, ...(rule?.origins ?? [])]
  return service.ports.flatMap((port) =>
    subsets.map(({ name, labels = {} }) => ({
      cluster: outboundCluster(port.number, name, service.hostname),
      port,
      labels,
      origins: name === '' ? origins.slice(0, 1) : origins,
    })),
  )
}

/** Those of `endpoints` that answer for a cluster, by address. */
export function endpointsOf({ port, labels }: AssignmentPlan, endpoints: readonly EndpointModel[]): PortEndpoint[] {
  const found = endpoints.flatMap((endpoint) => {
    const number = endpoint.ports[port.name]
    return number === undefined || !selects(labels, endpoint.labels) ? [] : [{ port: number, endpoint }]
  })
  return found.sort(byAddress)
}

function byAddress(left: PortEndpoint, right: PortEndpoint): number {
  const [one, other] = [left.endpoint.address, right.endpoint.address]
  return one < other ? -1 : one > other ? 1 : left.port - right.port
}
