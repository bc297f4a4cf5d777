import { about, int32, list, message, type Of, text, words } from '../../schema/fields.ts'
import { EXTENSIONS, type IstioStatus, istioPolicy } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { PolicyWorkloadSelector } from '../networking/policy/workload-selector.ts'
import { PolicyTargetReference } from '../policy-target.ts'
import { TrafficSelector, WasmConfig } from './wasm.ts'

export const TrafficExtensionSpec = message(
  {},
  {
    selector: about('Workloads by label; all of the namespace by default.', PolicyWorkloadSelector),
    targetRefs: about('Gateways and Services instead of workloads.', list(PolicyTargetReference, [0, 16])),
    phase: about(
      'Where in the filter chain: before authentication, authorization or statistics, or before the router.',
      words('UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS'),
      'UNSPECIFIED',
    ),
    priority: about('Order within a phase; higher ones come first.', int32, 0),
    match: about('Which traffic; all by default.', list(TrafficSelector)),
    wasm: about('A WebAssembly module.', WasmConfig),
    lua: about(
      'A Lua script.',
      message({ inlineCode: about('At most 64 KiB; defines `envoy_on_request`, `envoy_on_response`.', text) }, {}),
    ),
  },
  {
    oneofs: [
      ['selector', 'targetRefs'],
      ['wasm', 'lua'],
    ],
  },
)
export type TrafficExtensionSpec = Of<typeof TrafficExtensionSpec>

export type TrafficExtension = Typed<TrafficExtensionSpec, IstioStatus>
export const trafficExtensionKind = istioPolicy(
  'TrafficExtension',
  'trafficextensions',
  [],
  TrafficExtensionSpec,
  EXTENSIONS,
)
