import { type Labels, labelsIn } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import { findHost, fullHost } from './hosts.ts'
import { findSubset } from './subsets.ts'
import { selectWorkloads, type Workload } from './workloads.ts'

export interface DestinationPods {
  readonly pods: readonly Workload[]
  /** How many there are, or will be. */
  readonly replicas: number
}

/**
 * The Pods behind a destination. Undefined where that can't be known from the objects: hosts and subsets that are not
 * there, Services without a selector, and what is outside of the mesh.
 */
export function destinationPods(
  { host, subset }: { readonly host: string; readonly subset: string },
  namespace: string,
  mesh: MeshIndex,
): DestinationPods | undefined {
  const service = findHost(host, namespace, mesh)?.subject
  if (service?.kind !== 'Service') return undefined
  const selector = labelsIn(service.spec.selector)
  const labels = subsetLabels(fullHost(host, namespace, mesh), subset, mesh)
  if (labels === undefined || Object.keys(selector).length === 0) return undefined
  const pods = selectWorkloads({ ...selector, ...labels }, service.namespace, mesh)
  return { pods, replicas: pods.reduce((sum, { replicas }) => sum + replicas, 0) }
}

function subsetLabels(host: string, subset: string, mesh: MeshIndex): Labels | undefined {
  return subset === '' ? {} : findSubset(host, subset, mesh)?.labels
}
