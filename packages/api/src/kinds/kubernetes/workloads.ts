import { about, flag, int32, message, type Of, text, words } from '../../schema/fields.ts'
import { defineKind, type Kind, type Typed } from '../kind.ts'
import { LabelSelector } from './workload/label-selector.ts'
import { PodTemplate } from './workload/pod-spec.ts'

// Controllers of Pods that Mizzen doesn't run itself: it reads their templates (injection, analysis).

const Template = about('The Pods.', PodTemplate)

const DaemonSetSpec = message(
  { selector: LabelSelector, template: Template },
  { minReadySeconds: int32, revisionHistoryLimit: int32 },
  { also: ['updateStrategy'] },
)
const StatefulSetSpec = message(
  { selector: LabelSelector, template: Template },
  { serviceName: text, replicas: about('How many.', int32, 1), minReadySeconds: int32, revisionHistoryLimit: int32 },
  {
    also: [
      'ordinals',
      'persistentVolumeClaimRetentionPolicy',
      'podManagementPolicy',
      'updateStrategy',
      'volumeClaimTemplates',
    ],
  },
)
const JobSpec = message(
  { template: Template },
  { parallelism: int32, completions: int32, backoffLimit: int32, suspend: flag, selector: LabelSelector },
  {
    also: [
      'activeDeadlineSeconds',
      'backoffLimitPerIndex',
      'completionMode',
      'managedBy',
      'manualSelector',
      'maxFailedIndexes',
      'podFailurePolicy',
      'podReplacementPolicy',
      'successPolicy',
      'ttlSecondsAfterFinished',
    ],
  },
)
const CronJobSpec = message(
  {
    schedule: about('In the form of cron, as `*/5 * * * *`.', text),
    jobTemplate: message({ spec: JobSpec }, {}, { also: ['metadata'] }),
  },
  { suspend: flag, timeZone: text, concurrencyPolicy: words('Allow', 'Forbid', 'Replace') },
  { also: ['failedJobsHistoryLimit', 'startingDeadlineSeconds', 'successfulJobsHistoryLimit'] },
)
const ReplicationControllerSpec = message(
  { template: Template },
  { replicas: about('How many.', int32, 1), minReadySeconds: int32 },
  { also: ['selector'] },
)

export type DaemonSet = Typed<Of<typeof DaemonSetSpec>>
export type StatefulSet = Typed<Of<typeof StatefulSetSpec>>
export type Job = Typed<Of<typeof JobSpec>>
export type CronJob = Typed<Of<typeof CronJobSpec>>
export type ReplicationController = Typed<Of<typeof ReplicationControllerSpec>>

const FACTS = { versions: ['v1'], namespaced: true }

export const workloadKinds: readonly Kind[] = [
  defineKind({
    ...FACTS,
    kind: 'DaemonSet',
    group: 'apps',
    plural: 'daemonsets',
    shortNames: ['ds'],
    required: { spec: DaemonSetSpec },
  }),
  defineKind({
    ...FACTS,
    kind: 'StatefulSet',
    group: 'apps',
    plural: 'statefulsets',
    shortNames: ['sts'],
    required: { spec: StatefulSetSpec },
  }),
  defineKind({ ...FACTS, kind: 'Job', group: 'batch', plural: 'jobs', shortNames: [], required: { spec: JobSpec } }),
  defineKind({
    ...FACTS,
    kind: 'CronJob',
    group: 'batch',
    plural: 'cronjobs',
    shortNames: ['cj'],
    required: { spec: CronJobSpec },
  }),
  defineKind({
    ...FACTS,
    kind: 'ReplicationController',
    group: '',
    plural: 'replicationcontrollers',
    shortNames: ['rc'],
    required: { spec: ReplicationControllerSpec },
  }),
]
