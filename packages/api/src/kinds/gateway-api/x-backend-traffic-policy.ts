import { about, integer, list, message, type Of } from '../../schema/fields.ts'
import type { Typed } from '../kind.ts'
import { ApiGroup, GatewayDuration, gatewayApiKind, KindName, ObjectName } from './gateway-api-kind.ts'
import { SessionPersistence } from './route-parts.ts'

const XBackendTrafficPolicySpec = message(
  { targetRefs: list(message({ group: ApiGroup, kind: KindName, name: ObjectName }, {}), [1, 16]) },
  {
    retryConstraint: about(
      'How many retries there may be at a time.',
      message(
        {},
        {
          budget: about(
            'Share of the requests of an interval.',
            message(
              {},
              { percent: about('Percent.', integer(0, 100), 20), interval: about('Time.', GatewayDuration, '10s') },
            ),
          ),
          minRetryRate: about(
            'Retries that are always allowed.',
            message({}, { count: integer(1, 1_000_000), interval: GatewayDuration }),
          ),
        },
      ),
    ),
    sessionPersistence: about('How a client is kept at one backend.', SessionPersistence),
  },
)
type XBackendTrafficPolicySpec = Of<typeof XBackendTrafficPolicySpec>

export type XBackendTrafficPolicy = Typed<XBackendTrafficPolicySpec>
export const xBackendTrafficPolicyKind = gatewayApiKind(
  'XBackendTrafficPolicy',
  {
    plural: 'xbackendtrafficpolicies',
    shortNames: ['xbtrafficpolicy'],
    versions: ['v1alpha1'],
    group: 'gateway.networking.x-k8s.io',
  },
  XBackendTrafficPolicySpec,
)
