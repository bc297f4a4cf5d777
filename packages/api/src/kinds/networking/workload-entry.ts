import { about, map, message, type Of, text, uint32 } from '../../schema/fields.ts'
import { type IstioStatus, istioKind } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'

export const WorkloadEntrySpec = message(
  {},
  {
    address: about('IP address, host, or unix:///PATH.', text),
    ports: about('Ports by the names of those of the Service.', map(uint32)),
    labels: about('Labels, as of a Pod.', map(text)),
    network: about('Network that it is in.', text),
    locality: about('REGION/ZONE/SUBZONE.', text),
    weight: about('Share, relative to other endpoints.', uint32, 1),
    serviceAccount: about('Service account of its identity.', text),
  },
)
export type WorkloadEntrySpec = Of<typeof WorkloadEntrySpec>

export type WorkloadEntry = Typed<WorkloadEntrySpec, IstioStatus>
export const workloadEntryKind = istioKind('WorkloadEntry', 'workloadentries', ['we'], WorkloadEntrySpec)
