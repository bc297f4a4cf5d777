import { list, map, message, type Of, text } from '../schema/fields.ts'
import { type IstioStatus, istioKind } from './istio-kind.ts'
import type { Typed } from './kind.ts'
import { TrafficPolicy } from './policy/traffic-policy.ts'
import { PolicyWorkloadSelector } from './policy/workload-selector.ts'

export const Subset = message({ name: text }, { labels: map(text), trafficPolicy: TrafficPolicy })
export type Subset = Of<typeof Subset>

export const DestinationRuleSpec = message(
  { host: text },
  {
    trafficPolicy: TrafficPolicy,
    subsets: list(Subset),
    exportTo: list(text),
    workloadSelector: PolicyWorkloadSelector,
  },
)
export type DestinationRuleSpec = Of<typeof DestinationRuleSpec>

export type DestinationRule = Typed<DestinationRuleSpec, IstioStatus>
export const destinationRuleKind = istioKind('DestinationRule', 'destinationrules', ['dr'], DestinationRuleSpec)
