import { type Deployment, objectKey, type Pod, type ReplicaSet } from '@mizzen/api'
import { isReady } from '../kubelet/pod-status.ts'
import { contentName } from './object-names.ts'

const HASH_LABEL = 'pod-template-hash'

/** A ReplicaSet of a Deployment: one state of its template, and how many Pods are to run from it. */
export interface SetRecord {
  /** Key of the Deployment. */
  readonly owner: string
  readonly namespace: string
  /** `DEPLOYMENT-HASH`. */
  readonly name: string
  readonly hash: string
  readonly deployment: Deployment
  readonly replicas: number
}

/** The ReplicaSet that a Deployment's present template asks for, with no Pods yet. */
export function currentSet(deployment: Deployment): SetRecord {
  const hash = contentName(deployment.spec.template)
  const { name, namespace = 'default' } = deployment.metadata
  return { owner: objectKey(deployment), namespace, name: `${name}-${hash}`, hash, deployment, replicas: 0 }
}

/** The Pods that belong to a set, by their controller. */
export function podsOf(set: SetRecord, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter(
    ({ metadata }) =>
      metadata.namespace === set.namespace &&
      metadata.ownerReferences?.some((owner) => owner.kind === 'ReplicaSet' && owner.name === set.name),
  )
}

export function availablePods(pods: readonly Pod[]): number {
  return pods.filter((pod) => pod.metadata.deletionTimestamp === undefined && isReady(pod.status)).length
}

/** A Pod of the set, before injection. */
export function podOf(set: SetRecord, name: string, creationTimestamp: string): Pod {
  const { metadata = {}, spec } = set.deployment.spec.template
  const { annotations } = metadata
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: set.namespace,
      labels: { ...metadata.labels, [HASH_LABEL]: set.hash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: set.name, controller: true }],
      creationTimestamp,
    },
    spec: { ...spec, nodeName: 'localhost' },
  }
}

/** The set as an object, for whoever lists ReplicaSets. */
export function replicaSetObject(set: SetRecord, pods: readonly Pod[]): ReplicaSet {
  const { metadata, spec } = set.deployment
  const labels = { ...spec.template.metadata?.labels, [HASH_LABEL]: set.hash }
  const available = availablePods(pods)
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: set.name,
      namespace: set.namespace,
      labels,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: metadata.name, controller: true }],
    },
    spec: {
      replicas: set.replicas,
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [HASH_LABEL]: set.hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
    status: {
      replicas: pods.filter((pod) => pod.metadata.deletionTimestamp === undefined).length,
      readyReplicas: available,
      availableReplicas: available,
    },
  }
}
