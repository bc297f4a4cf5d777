import { about, boundedText, list, message, type Of, text, uint32, words } from '../../schema/fields.ts'
import { type IstioStatus, istioKind } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { WorkloadSelector } from './policy/workload-selector.ts'
import { WorkloadEntrySpec } from './workload-entry.ts'

export const ServiceEntryPort = message(
  { number: about('Number of the port.', uint32), name: about('Name of the port.', boundedText(0, 256)) },
  {
    protocol: about('HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP or TLS.', boundedText(0, 256)),
    targetPort: about('Port of the endpoints; by default the same.', uint32),
  },
)
export type ServiceEntryPort = Of<typeof ServiceEntryPort>

export const ServiceEntrySpec = message(
  { hosts: about('Hosts that become known.', list(text, [0, 256])) },
  {
    addresses: about('Addresses (CIDR) that stand for the hosts.', list(boundedText(0, 64), [0, 256])),
    ports: about('Ports of the hosts.', list(ServiceEntryPort, [0, 256])),
    location: about(
      'Whether the endpoints are part of the mesh.',
      words('MESH_EXTERNAL', 'MESH_INTERNAL'),
      'MESH_EXTERNAL',
    ),
    resolution: about(
      'How endpoints are found: as called, as written, by DNS.',
      words('NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'),
      'NONE',
    ),
    endpoints: about('The endpoints. Not with workloadSelector.', list(WorkloadEntrySpec, [0, 4096])),
    workloadSelector: about('Pods and WorkloadEntries that are the endpoints.', WorkloadSelector),
    exportTo: about('Namespaces that see it: names, "." for its own, "*" for all.', list(text), ['*']),
    subjectAltNames: about('Names that certificates of the endpoints must have.', list(text)),
  },
)
export type ServiceEntrySpec = Of<typeof ServiceEntrySpec>

export type ServiceEntry = Typed<ServiceEntrySpec, IstioStatus>
export const serviceEntryKind = istioKind('ServiceEntry', 'serviceentries', ['se'], ServiceEntrySpec)
