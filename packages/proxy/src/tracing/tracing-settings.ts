import type { Bootstrap } from '../config/bootstrap.ts'
import type { ClusterConfig } from '../config/model.ts'
import type { Environment } from './custom-tags.ts'
import type { TracedNode } from './span-tags.ts'

/** What workers need to know to trace; plain data. */
export interface TracingSettings {
  readonly node: TracedNode
  /** The node's cluster: the name of the service in Zipkin's spans. */
  readonly cluster: string
  /** For tags and resources that are taken from it. */
  readonly environment: Environment
  /** Numbers of the bootstrap's static runtime, by their full names. */
  readonly runtime: Readonly<Record<string, number>>
  /** Used as any other cluster if spans are told to the control plane. */
  readonly controlPlaneCluster?: ClusterConfig | undefined
  /** Of this program. */
  readonly version: string
}

export function tracingSettings(
  { node, runtime, controlPlaneCluster }: Bootstrap,
  environment: Environment,
  version: string,
): TracingSettings {
  const { id, cluster, locality } = node
  return { node: { id, zone: locality.zone }, cluster, environment, runtime, controlPlaneCluster, version }
}
