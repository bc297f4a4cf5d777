import { about, message, type Of, text, textLike } from '../../schema/fields.ts'
import type { Typed } from '../kind.ts'
import {
  ApiGroup,
  type GatewayApiStatus,
  gatewayApiKind,
  KindName,
  NamespaceName,
  ObjectName,
} from './gateway-api-kind.ts'

const GatewayClassSpec = message(
  { controllerName: about('Who makes the gateways, as `istio.io/gateway-controller`.', textLike('^.+/.+$', 253)) },
  {
    parametersRef: about(
      'An object with settings for the controller.',
      message({ group: ApiGroup, kind: KindName, name: ObjectName }, { namespace: NamespaceName }),
    ),
    description: text,
  },
)
type GatewayClassSpec = Of<typeof GatewayClassSpec>

export type GatewayClass = Typed<GatewayClassSpec, GatewayApiStatus>
export const gatewayClassKind = gatewayApiKind(
  'GatewayClass',
  { plural: 'gatewayclasses', shortNames: ['gc'], versions: ['v1', 'v1beta1'], namespaced: false },
  GatewayClassSpec,
)
