import { flag, int32, intOrText, list, message, type Of, text, time, words } from '../../schema/fields.ts'
import { defineKind, type Typed } from '../kind.ts'
import { LabelSelector } from './workload/label-selector.ts'
import { PodTemplate } from './workload/pod-spec.ts'

const DeploymentStrategy = message(
  {},
  {
    type: words('RollingUpdate', 'Recreate'),
    /** Numbers of Pods or shares of `replicas`; both 25 % by default. */
    rollingUpdate: message({}, { maxSurge: intOrText, maxUnavailable: intOrText }, { also: [] }),
  },
  { also: [] },
)

export const DeploymentSpec = message(
  { selector: LabelSelector, template: PodTemplate },
  {
    /** 1 by default. */
    replicas: int32,
    strategy: DeploymentStrategy,
    minReadySeconds: int32,
    revisionHistoryLimit: int32,
    progressDeadlineSeconds: int32,
    paused: flag,
  },
  { also: [] },
)
export type DeploymentSpec = Of<typeof DeploymentSpec>

const DeploymentCondition = message(
  { type: text, status: words('True', 'False', 'Unknown') },
  { reason: text, message: text, lastTransitionTime: time, lastUpdateTime: time },
  { also: [] },
)

export const DeploymentStatus = message(
  {},
  {
    observedGeneration: int32,
    replicas: int32,
    updatedReplicas: int32,
    readyReplicas: int32,
    availableReplicas: int32,
    unavailableReplicas: int32,
    conditions: list(DeploymentCondition),
  },
  { also: ['collisionCount', 'terminatingReplicas'] },
)
export type DeploymentStatus = Of<typeof DeploymentStatus>
export type Deployment = Typed<DeploymentSpec, DeploymentStatus>

export const deploymentKind = defineKind({
  kind: 'Deployment',
  group: 'apps',
  versions: ['v1'],
  plural: 'deployments',
  shortNames: ['deploy'],
  namespaced: true,
  required: { spec: DeploymentSpec },
  optional: { status: DeploymentStatus },
})
