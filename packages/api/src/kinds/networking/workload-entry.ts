import { about, boundedText, map, message, type Of, text, uint32 } from '../../schema/fields.ts'
import { type IstioStatus, istioKind } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'

export const WorkloadEntrySpec = message(
  {},
  {
    address: about('IP address, host, or unix:///PATH.', boundedText(0, 256)),
    ports: about('Ports by the names of those of the Service.', map(uint32, 128)),
    labels: about('Labels, as of a Pod.', map(text, 256)),
    network: about('Network that it is in.', boundedText(0, 2048)),
    locality: about('REGION/ZONE/SUBZONE.', boundedText(0, 2048)),
    weight: about('Share, relative to other endpoints.', uint32, 1),
    serviceAccount: about('Service account of its identity.', boundedText(0, 253)),
  },
)
export type WorkloadEntrySpec = Of<typeof WorkloadEntrySpec>

export type WorkloadEntry = Typed<WorkloadEntrySpec, IstioStatus>
export const workloadEntryKind = istioKind('WorkloadEntry', 'workloadentries', ['we'], WorkloadEntrySpec)
