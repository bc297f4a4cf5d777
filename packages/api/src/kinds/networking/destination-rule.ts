import { about, list, map, message, type Of, text } from '../../schema/fields.ts'
import { type IstioStatus, istioKind } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { TrafficPolicy } from './policy/traffic-policy.ts'
import { PolicyWorkloadSelector } from './policy/workload-selector.ts'

export const Subset = message(
  { name: about('What routes call it.', text) },
  {
    labels: about('Labels of its Pods, beside those that the Service selects by.', map(text)),
    trafficPolicy: about('Settings of the subset; each field replaces that of the host.', TrafficPolicy),
  },
)
export type Subset = Of<typeof Subset>

export const DestinationRuleSpec = message(
  { host: about('Service that is called: short name in the namespace of the rule, or full name.', text) },
  {
    trafficPolicy: about('Settings of the host.', TrafficPolicy),
    subsets: about('Versions of the host.', list(Subset)),
    exportTo: about('Namespaces that see it: names, "." for its own, "*" for all.', list(text), ['*']),
    workloadSelector: about('Callers that the rule is for; all by default.', PolicyWorkloadSelector),
  },
)
export type DestinationRuleSpec = Of<typeof DestinationRuleSpec>

export type DestinationRule = Typed<DestinationRuleSpec, IstioStatus>
export const destinationRuleKind = istioKind('DestinationRule', 'destinationrules', ['dr'], DestinationRuleSpec)
