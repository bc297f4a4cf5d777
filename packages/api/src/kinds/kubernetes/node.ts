import { message, type Of, text } from '../../schema/fields.ts'
import { defineKind, type Typed } from '../kind.ts'

/** A machine; its labels `topology.kubernetes.io/region` and `zone` are the locality of its Pods. */
const NodeSpec = message(
  {},
  { providerID: text },
  { also: ['configSource', 'externalID', 'podCIDR', 'podCIDRs', 'taints', 'unschedulable'] },
)
export type Node = Typed<Of<typeof NodeSpec>>

export const nodeKind = defineKind({
  kind: 'Node',
  group: '',
  versions: ['v1'],
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  optional: { spec: NodeSpec },
})
