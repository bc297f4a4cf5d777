import type { Pod } from '@mizzen/api'
import { isReady } from '../kubelet/pod-status.ts'

export interface ScalePlan {
  readonly create: number
  readonly remove: readonly Pod[]
}

/** What brings a ReplicaSet from the Pods that it has (terminating ones don't count) to the number that it should have. */
export function scalePlan(replicas: number, pods: readonly Pod[]): ScalePlan {
  const living = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined)
  if (living.length <= replicas) return { create: replicas - living.length, remove: [] }
  return { create: 0, remove: [...living].sort(lessWorthKeeping).slice(0, living.length - replicas) }
}

/** Those that are not ready go first, then the youngest, as in Kubernetes. */
function lessWorthKeeping(a: Pod, b: Pod): number {
  const ready = Number(isReady(a.status)) - Number(isReady(b.status))
  if (ready !== 0) return ready
  return (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '')
}
