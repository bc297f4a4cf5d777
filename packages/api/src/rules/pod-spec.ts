import type { Deployment } from '../kinds/kubernetes/deployment.ts'
import type { Pod } from '../kinds/kubernetes/pod.ts'
import type { ReplicaSet } from '../kinds/kubernetes/replica-set.ts'
import type { LabelSelector } from '../kinds/kubernetes/workload/label-selector.ts'
import type { PodSpec, PodTemplate } from '../kinds/kubernetes/workload/pod-spec.ts'
import type { CronJob, DaemonSet, Job, ReplicationController, StatefulSet } from '../kinds/kubernetes/workloads.ts'
import type { Report } from '../schema/check-shape.ts'
import { fieldPath, itemPath } from '../schema/field-path.ts'
import { scheduleFault } from './cron-schedule.ts'
import { refuse } from './findings.ts'
import { checkLabels } from './labels.ts'
import { isNamespaceName } from './names.ts'
import { checkAtLeast, checkPort } from './values.ts'

/** Kubernetes' rules of the fields that Mizzen reads. */

export function checkPod({ spec }: Pod, report: Report): void {
  checkPodSpec(spec, 'spec', report)
}

export function checkDeployment({ spec }: Deployment, report: Report): void {
  checkAtLeast(0, spec.replicas, 'spec.replicas', report)
  checkAtLeast(0, spec.minReadySeconds, 'spec.minReadySeconds', report)
  checkTemplate(spec.template, spec.selector, report)
}

export function checkReplicaSet({ spec }: ReplicaSet, report: Report): void {
  checkAtLeast(0, spec.replicas, 'spec.replicas', report)
  if (spec.template !== undefined) checkTemplate(spec.template, spec.selector, report)
}

export function checkDaemonSet({ spec }: DaemonSet, report: Report): void {
  checkTemplate(spec.template, spec.selector, report)
}

export function checkStatefulSet({ spec }: StatefulSet, report: Report): void {
  checkAtLeast(0, spec.replicas, 'spec.replicas', report)
  checkTemplate(spec.template, spec.selector, report)
}

export function checkJob({ spec }: Job, report: Report): void {
  checkPodSpec(spec.template.spec, 'spec.template.spec', report)
}

export function checkCronJob({ spec }: CronJob, report: Report): void {
  const fault = scheduleFault(spec.schedule)
  if (fault !== undefined) refuse(report, 'bad-schedule', 'spec.schedule', fault, 'write it as "*/5 * * * *"')
  checkPodSpec(spec.jobTemplate.spec.template.spec, 'spec.jobTemplate.spec.template.spec', report)
}

export function checkReplicationController({ spec }: ReplicationController, report: Report): void {
  checkAtLeast(0, spec.replicas, 'spec.replicas', report)
  checkPodSpec(spec.template.spec, 'spec.template.spec', report)
}

/** A controller that didn't select its own Pods would make them without end. */
function checkTemplate({ metadata, spec }: PodTemplate, { matchLabels = {} }: LabelSelector, report: Report): void {
  checkLabels(metadata?.labels, 'spec.template.metadata.labels', report)
  for (const [name, value] of Object.entries(matchLabels)) {
    if (metadata?.labels?.[name] === value) continue
    const message = `the template's labels have no ${name}: ${value}, so that it doesn't select its own Pods`
    refuse(report, 'conflict', fieldPath('spec.selector.matchLabels', name), message)
  }
  checkPodSpec(spec, 'spec.template.spec', report)
}

function checkPodSpec({ containers, initContainers = [] }: PodSpec, path: string, report: Report): void {
  if (containers.length === 0) refuse(report, 'missing-field', `${path}.containers`, 'a Pod needs a container')
  const names = new Set<string>()
  for (const [field, list] of Object.entries({ initContainers, containers })) {
    list.forEach(({ name, ports = [] }, index) => {
      const at = itemPath(`${path}.${field}`, index)
      if (!isNamespaceName(name)) {
        refuse(
          report,
          'bad-name',
          `${at}.name`,
          `"${name}" is not a container name`,
          'use lower-case letters, digits and -',
        )
      } else if (names.has(name)) refuse(report, 'duplicate', `${at}.name`, `there is a container "${name}" already`)
      names.add(name)
      ports.forEach(({ containerPort }, position) => {
        checkPort(containerPort, `${itemPath(`${at}.ports`, position)}.containerPort`, report)
      })
    })
  }
}
