import { map, message, type Of, text, uint32 } from '../schema/fields.ts'
import { type IstioStatus, istioKind } from './istio-kind.ts'
import type { Typed } from './kind.ts'

export const WorkloadEntrySpec = message(
  {},
  {
    address: text,
    ports: map(uint32),
    labels: map(text),
    network: text,
    locality: text,
    weight: uint32,
    serviceAccount: text,
  },
)
export type WorkloadEntrySpec = Of<typeof WorkloadEntrySpec>

export type WorkloadEntry = Typed<WorkloadEntrySpec, IstioStatus>
export const workloadEntryKind = istioKind('WorkloadEntry', 'workloadentries', ['we'], WorkloadEntrySpec)
