import { about, list, message, type Of, textLike, words } from '../../schema/fields.ts'
import type { Typed } from '../kind.ts'
import {
  ApiGroup,
  gatewayApiKind,
  KindName,
  LocalObjectReference,
  ObjectName,
  Options,
  PreciseHostname,
  SectionName,
} from './gateway-api-kind.ts'

const SubjectAltName = message(
  { type: words('Hostname', 'URI') },
  { hostname: PreciseHostname, uri: about('As `spiffe://domain/path`.', textLike('^[^:/?#]+://.+$', 253)) },
)

export const BackendTLSPolicySpec = message(
  {
    targetRefs: about(
      'Services of the namespace, or single ports of them.',
      list(message({ group: ApiGroup, kind: KindName, name: ObjectName }, { sectionName: SectionName }), [1, 16]),
    ),
    validation: about(
      'How the certificate of the backend is checked.',
      message(
        { hostname: about('Server name (SNI), and name that the certificate must have.', PreciseHostname) },
        {
          caCertificateRefs: about('ConfigMaps with roots under `ca.crt`.', list(LocalObjectReference, [0, 8])),
          wellKnownCACertificates: about('Roots of the system instead.', words('System')),
          subjectAltNames: about(
            'Names that the certificate must have instead of the host.',
            list(SubjectAltName, [0, 5]),
          ),
        },
      ),
    ),
  },
  { options: about('Settings of the implementation.', Options) },
)
export type BackendTLSPolicySpec = Of<typeof BackendTLSPolicySpec>

export type BackendTLSPolicy = Typed<BackendTLSPolicySpec>
export const backendTlsPolicyKind = gatewayApiKind(
  'BackendTLSPolicy',
  { plural: 'backendtlspolicies', shortNames: ['btlspolicy'], versions: ['v1', 'v1alpha3'] },
  BackendTLSPolicySpec,
)
