import { list, message, type Of, text, uint32, words } from '../schema/fields.ts'
import { type IstioStatus, istioKind } from './istio-kind.ts'
import type { Typed } from './kind.ts'
import { WorkloadSelector } from './policy/workload-selector.ts'
import { WorkloadEntrySpec } from './workload-entry.ts'

export const ServiceEntryPort = message({ number: uint32, name: text }, { protocol: text, targetPort: uint32 })
export type ServiceEntryPort = Of<typeof ServiceEntryPort>

export const ServiceEntrySpec = message(
  { hosts: list(text) },
  {
    addresses: list(text),
    ports: list(ServiceEntryPort),
    location: words('MESH_EXTERNAL', 'MESH_INTERNAL'),
    resolution: words('NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'),
    endpoints: list(WorkloadEntrySpec),
    workloadSelector: WorkloadSelector,
    exportTo: list(text),
    subjectAltNames: list(text),
  },
)
export type ServiceEntrySpec = Of<typeof ServiceEntrySpec>

export type ServiceEntry = Typed<ServiceEntrySpec, IstioStatus>
export const serviceEntryKind = istioKind('ServiceEntry', 'serviceentries', ['se'], ServiceEntrySpec)
