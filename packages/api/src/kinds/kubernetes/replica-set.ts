import { int32, message, type Of } from '../../schema/fields.ts'
import { defineKind, type Typed } from '../kind.ts'
import { LabelSelector } from './workload/label-selector.ts'
import { PodTemplate } from './workload/pod-spec.ts'

export const ReplicaSetSpec = message(
  { selector: LabelSelector },
  { replicas: int32, template: PodTemplate, minReadySeconds: int32 },
  { also: [] },
)
export type ReplicaSetSpec = Of<typeof ReplicaSetSpec>

export const ReplicaSetStatus = message(
  { replicas: int32 },
  { fullyLabeledReplicas: int32, readyReplicas: int32, availableReplicas: int32, observedGeneration: int32 },
  { also: ['conditions', 'terminatingReplicas'] },
)
export type ReplicaSetStatus = Of<typeof ReplicaSetStatus>
export type ReplicaSet = Typed<ReplicaSetSpec, ReplicaSetStatus>

export const replicaSetKind = defineKind({
  kind: 'ReplicaSet',
  group: 'apps',
  versions: ['v1'],
  plural: 'replicasets',
  shortNames: ['rs'],
  namespaced: true,
  required: { spec: ReplicaSetSpec },
  optional: { status: ReplicaSetStatus },
})
