import type { Pod, Resource } from '@mizzen/api'
import type { Labels } from './labels.ts'

/** What metrics say about the two ends of a request. */
export interface Workload {
  readonly name: string
  readonly namespace: string
  readonly canonicalName: string
  readonly canonicalRevision: string
  readonly app: string
  readonly version: string
}

/** The Deployment that a Pod belongs to (by way of its ReplicaSet), else the controller, else the Pod itself. */
function workloadName(pod: Resource): string {
  const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller === true)
  if (owner === undefined) return pod.metadata.name
  const hash = pod.metadata.labels?.['pod-template-hash']
  const suffix = `-${hash}`
  const ofDeployment = owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(suffix)
  return ofDeployment ? owner.name.slice(0, -suffix.length) : owner.name
}

export function workloadOf(pod: Pod): Workload {
  const labels = pod.metadata.labels ?? {}
  const name = workloadName(pod)
  return {
    name,
    namespace: pod.metadata.namespace ?? '',
    canonicalName: canonicalName(labels, name),
    canonicalRevision: canonicalRevision(labels),
    app: labels.app ?? '',
    version: labels.version ?? '',
  }
}

function canonicalName(labels: Labels, workload: string): string {
  return labels['service.istio.io/canonical-name'] ?? labels['app.kubernetes.io/name'] ?? labels.app ?? workload
}

function canonicalRevision(labels: Labels): string {
  return (
    labels['service.istio.io/canonical-revision'] ?? labels['app.kubernetes.io/version'] ?? labels.version ?? 'latest'
  )
}
