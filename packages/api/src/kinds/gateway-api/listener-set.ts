import { about, list, message, type Of } from '../../schema/fields.ts'
import type { Typed } from '../kind.ts'
import {
  ApiGroup,
  type GatewayApiStatus,
  gatewayApiKind,
  KindName,
  NamespaceName,
  ObjectName,
} from './gateway-api-kind.ts'
import { Listener } from './listener.ts'

const ListenerSetSpec = message(
  {
    parentRef: about(
      'The Gateway that gets the listeners.',
      message({ name: ObjectName }, { group: ApiGroup, kind: KindName, namespace: NamespaceName }),
    ),
    listeners: about('Further ports of the Gateway.', list(Listener, [1, 64])),
  },
  {},
)
type ListenerSetSpec = Of<typeof ListenerSetSpec>

export type ListenerSet = Typed<ListenerSetSpec, GatewayApiStatus>
export const listenerSetKind = gatewayApiKind(
  'ListenerSet',
  { plural: 'listenersets', shortNames: ['lset'], versions: ['v1'] },
  ListenerSetSpec,
)
