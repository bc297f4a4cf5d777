import type { EndpointModel } from './endpoint.ts'
import { selects } from './labels.ts'
import type { Protocol } from './protocol.ts'
import type { ProxySpec } from './proxy.ts'
import type { ServiceModel, ServicePortModel } from './service.ts'

/** A port of a service that a proxy's workload answers for. */
export interface ServiceTarget {
  readonly hostname: string
  readonly namespace: string
  /** Key of the object that the service comes from. */
  readonly origin: string
  readonly servicePort: number
  readonly targetPort: number
  readonly protocol: Protocol
  /** False where the service's owner wants gateways to listen on their own port numbers. */
  readonly translatesPorts: boolean
}

const NO_PORT_TRANSLATION = 'experimental.istio.io/disable-gateway-port-translation'

/** What `spec`'s workload answers for in one service: nothing if it is no part of it. */
export function targetsOf(
  spec: ProxySpec,
  service: ServiceModel,
  endpoints: readonly EndpointModel[],
): readonly ServiceTarget[] {
  const endpoint = endpoints.find((candidate) => candidate.address === spec.ip)
  if (!isPartOf(spec, service) && endpoint === undefined) return []
  return service.ports.flatMap((port) => {
    const targetPort = resolveTarget(port, spec, endpoint)
    if (targetPort === undefined) return []
    return {
      hostname: service.hostname,
      namespace: service.origin.namespace,
      origin: service.origin.key,
      servicePort: port.number,
      targetPort,
      protocol: port.protocol,
      translatesPorts: service.labels[NO_PORT_TRANSLATION] === undefined,
    }
  })
}

function isPartOf(spec: ProxySpec, { selector, origin }: ServiceModel): boolean {
  return selector !== undefined && origin.namespace === spec.namespace && selects(selector, spec.labels)
}

/** A port that is given by name is looked up in the Pod, then in the endpoint. */
function resolveTarget(
  port: ServicePortModel,
  spec: ProxySpec,
  endpoint: EndpointModel | undefined,
): number | undefined {
  if (typeof port.target === 'number') return port.target
  return spec.podPorts[port.target] ?? endpoint?.ports[port.name]
}
