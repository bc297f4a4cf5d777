import { flag, int32, list, message, type Of, text, time, words } from '../../schema/fields.ts'
import { defineKind, type Typed } from '../kind.ts'
import { PodSpec } from './workload/pod-spec.ts'

const PodCondition = message(
  { type: text, status: words('True', 'False', 'Unknown') },
  { reason: text, message: text, lastTransitionTime: time, lastProbeTime: time },
  { also: ['observedGeneration'] },
)
export type PodCondition = Of<typeof PodCondition>

const ContainerState = message(
  {},
  {
    waiting: message({}, { reason: text, message: text }, { also: [] }),
    running: message({}, { startedAt: time }, { also: [] }),
    terminated: message(
      { exitCode: int32 },
      { signal: int32, reason: text, message: text, startedAt: time, finishedAt: time },
      { also: ['containerID'] },
    ),
  },
  { oneofs: [['waiting', 'running', 'terminated']], also: [] },
)
export type ContainerState = Of<typeof ContainerState>

const ContainerStatus = message(
  { name: text, ready: flag, restartCount: int32 },
  { started: flag, state: ContainerState, lastState: ContainerState, image: text, imageID: text },
  { also: ['containerID', 'allocatedResources', 'resources', 'volumeMounts', 'user', 'stopSignal'] },
)
export type ContainerStatus = Of<typeof ContainerStatus>

export const PodStatus = message(
  {},
  {
    phase: words('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
    conditions: list(PodCondition),
    message: text,
    reason: text,
    hostIP: text,
    podIP: text,
    podIPs: list(message({ ip: text }, {}, { also: [] })),
    startTime: time,
    initContainerStatuses: list(ContainerStatus),
    containerStatuses: list(ContainerStatus),
  },
  {
    also: [
      'ephemeralContainerStatuses',
      'extendedResourceClaimStatus',
      'hostIPs',
      'nominatedNodeName',
      'observedGeneration',
      'qosClass',
      'resize',
      'resourceClaimStatuses',
    ],
  },
)
export type PodStatus = Of<typeof PodStatus>
export type Pod = Typed<PodSpec, PodStatus>

export const podKind = defineKind({
  kind: 'Pod',
  group: '',
  versions: ['v1'],
  plural: 'pods',
  shortNames: ['po'],
  namespaced: true,
  required: { spec: PodSpec },
  optional: { status: PodStatus },
})
