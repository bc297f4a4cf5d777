import { flag, intOrText, list, map, message, type Of, text, uint32, words } from '../../schema/fields.ts'
import { defineKind, type Typed } from '../kind.ts'

export const ServicePort = message(
  { port: uint32 },
  {
    name: text,
    protocol: words('TCP', 'UDP', 'SCTP'),
    /** Number, or name of a container port; `port` by default. */
    targetPort: intOrText,
    appProtocol: text,
    nodePort: uint32,
  },
  { also: [] },
)
export type ServicePort = Of<typeof ServicePort>

export const ServiceSpec = message(
  {},
  {
    selector: map(text),
    ports: list(ServicePort),
    type: words('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
    /** `None` makes the Service headless. */
    clusterIP: text,
    clusterIPs: list(text),
    externalName: text,
    externalIPs: list(text),
    publishNotReadyAddresses: flag,
  },
  {
    also: [
      'allocateLoadBalancerNodePorts',
      'externalTrafficPolicy',
      'healthCheckNodePort',
      'internalTrafficPolicy',
      'ipFamilies',
      'ipFamilyPolicy',
      'loadBalancerClass',
      'loadBalancerIP',
      'loadBalancerSourceRanges',
      'sessionAffinity',
      'sessionAffinityConfig',
      'trafficDistribution',
    ],
  },
)
export type ServiceSpec = Of<typeof ServiceSpec>
export type Service = Typed<ServiceSpec>

export const serviceKind = defineKind({
  kind: 'Service',
  group: '',
  versions: ['v1'],
  plural: 'services',
  shortNames: ['svc'],
  namespaced: true,
  required: { spec: ServiceSpec },
})
