import type { Deployment, DeploymentStatus, Pod } from '@mizzen/api'
import { availablePods, podsOf, type SetRecord } from './replica-set.ts'

/** How far a Deployment is; the last of its sets is the current one. */
export function deploymentStatus(
  deployment: Deployment,
  sets: readonly SetRecord[],
  pods: readonly Pod[],
): DeploymentStatus {
  const living = (set: SetRecord) => podsOf(set, pods).filter((pod) => pod.metadata.deletionTimestamp === undefined)
  const all = sets.flatMap(living)
  const current = sets.at(-1)
  const available = availablePods(all)
  const wanted = deployment.spec.replicas ?? 1
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: all.length,
    updatedReplicas: current === undefined ? 0 : living(current).length,
    readyReplicas: available,
    availableReplicas: available,
    unavailableReplicas: Math.max(0, wanted - available),
  }
}
