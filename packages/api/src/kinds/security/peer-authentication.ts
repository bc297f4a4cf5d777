import { about, map, message, type Of, words } from '../../schema/fields.ts'
import { type IstioStatus, istioPolicy, SECURITY } from '../istio-kind.ts'
import type { Typed } from '../kind.ts'
import { PolicyWorkloadSelector } from '../networking/policy/workload-selector.ts'

export const MutualTLS = message(
  {},
  {
    mode: about(
      'STRICT: mTLS alone. PERMISSIVE: mTLS or plaintext. DISABLE: plaintext alone. UNSET: as the wider policy says.',
      words('UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'),
      'UNSET',
    ),
  },
)
export type MutualTLS = Of<typeof MutualTLS>

export const PeerAuthenticationSpec = message(
  {},
  {
    selector: about(
      'Workloads by label; without, the policy is for the namespace, in the root namespace for the mesh.',
      PolicyWorkloadSelector,
    ),
    mtls: about('For all ports.', MutualTLS),
    portLevelMtls: about('By port of the workload (the target port of a Service). Needs a selector.', map(MutualTLS)),
  },
)
export type PeerAuthenticationSpec = Of<typeof PeerAuthenticationSpec>

export type PeerAuthentication = Typed<PeerAuthenticationSpec, IstioStatus>
export const peerAuthenticationKind = istioPolicy(
  'PeerAuthentication',
  'peerauthentications',
  ['pa'],
  PeerAuthenticationSpec,
  SECURITY,
)
