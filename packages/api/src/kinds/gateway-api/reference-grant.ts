import { about, list, message, type Of } from '../../schema/fields.ts'
import type { Typed } from '../kind.ts'
import { ApiGroup, gatewayApiKind, KindName, NamespaceName, ObjectName } from './gateway-api-kind.ts'

const ReferenceGrantSpec = message(
  {
    from: about(
      'Who may refer to objects of this namespace.',
      list(message({ group: ApiGroup, kind: KindName, namespace: NamespaceName }, {}), [1, 16]),
    ),
    to: about(
      'What may be referred to; all of the kind where no name is given.',
      list(message({ group: ApiGroup, kind: KindName }, { name: ObjectName }), [1, 16]),
    ),
  },
  {},
)
type ReferenceGrantSpec = Of<typeof ReferenceGrantSpec>

export type ReferenceGrant = Typed<ReferenceGrantSpec>
export const referenceGrantKind = gatewayApiKind(
  'ReferenceGrant',
  { plural: 'referencegrants', shortNames: ['refgrant'], versions: ['v1', 'v1beta1', 'v1alpha2'] },
  ReferenceGrantSpec,
)
