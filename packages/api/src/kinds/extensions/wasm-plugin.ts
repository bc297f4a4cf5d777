import { about, int32, list, message, type Of, words } from '../../schema/fields.ts'
import { EXTENSIONS, type IstioStatus, istioKind } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { PolicyWorkloadSelector } from '../networking/policy/workload-selector.ts'
import { PolicyTargetReference } from '../policy-target.ts'
import { TrafficSelector, WASM_FIELDS } from './wasm.ts'

const { url, ...OPTIONAL } = WASM_FIELDS

export const WasmPluginSpec = message(
  { url },
  {
    selector: about('Workloads by label; all of the namespace by default.', PolicyWorkloadSelector),
    targetRef: about('One gateway or Service instead of workloads.', PolicyTargetReference),
    targetRefs: about('Gateways and Services instead of workloads.', list(PolicyTargetReference, [0, 16])),
    ...OPTIONAL,
    phase: about(
      'Where in the filter chain: before authentication, authorization or statistics, or before the router.',
      words('UNSPECIFIED_PHASE', 'AUTHN', 'AUTHZ', 'STATS'),
      'UNSPECIFIED_PHASE',
    ),
    priority: about('Order within a phase; higher ones come first.', int32, 0),
    match: about('Which traffic; all by default.', list(TrafficSelector)),
  },
  { oneofs: [['selector', 'targetRef', 'targetRefs']] },
)
export type WasmPluginSpec = Of<typeof WasmPluginSpec>

export type WasmPlugin = Typed<WasmPluginSpec, IstioStatus>
export const wasmPluginKind = istioKind('WasmPlugin', 'wasmplugins', [], WasmPluginSpec, EXTENSIONS)
