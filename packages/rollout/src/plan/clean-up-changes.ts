import { type CanarySpec, type Deployment, objectKey, type VirtualService } from '@mizzen/api'
import { l4RoutesOf } from '../reconcile/l4-routes.ts'
import type { Scene } from '../reconcile/observe.ts'
import { routesOf } from '../reconcile/route-weights.ts'

export interface PlannedChange {
  /** `Kind/namespace/name`. */
  readonly object: string
  readonly change: string
}

/** What a promotion would change of the objects that there are, in that order: nothing is removed that something leads to. */
export function cleanUpChanges(spec: CanarySpec, scene: Scene): readonly PlannedChange[] {
  const { virtualService, stable, canary } = scene
  if (spec.promoteBy === 'copy')
    return [...copied(stable?.deployment, canary?.deployment), ...scaled(canary?.deployment, 0)]
  const policy = spec.cleanUp ?? {}
  const delay = policy.scaleDownDelay ?? '30s'
  const workload = stable?.deployment
  return [
    ...(policy.removeRoutes === true && virtualService !== undefined ? routes(virtualService, spec) : []),
    ...(policy.removeSubset === true && stable?.destinationRule !== undefined
      ? [{ object: objectKey(stable.destinationRule), change: `subset ${spec.stable.subset} is removed` }]
      : []),
    ...(workload !== undefined && policy.workload === 'label'
      ? [{ object: objectKey(workload), change: 'is labelled mizzen.io/retired: "true"' }]
      : []),
    ...(workload !== undefined && policy.workload === 'delete'
      ? [{ object: objectKey(workload), change: `is deleted, ${delay} after the last request could be sent to it` }]
      : policy.scaleDown === false
        ? []
        : scaled(workload, 0)),
  ]
}

function routes(virtualService: VirtualService, spec: CanarySpec): readonly PlannedChange[] {
  const l4 = new Set<object>(l4RoutesOf(virtualService, spec))
  const places = (kind: 'tcp' | 'tls') =>
    (virtualService.spec?.[kind] ?? []).flatMap((route, index) => (l4.has(route) ? [`${kind}[${index}]`] : []))
  const http = routesOf(virtualService, spec).map(({ name }, index) => name ?? `http[${index}]`)
  const names = [...http, ...places('tcp'), ...places('tls')]
  const change = `the destination ${spec.stable.subset ?? spec.stable.host} is removed from ${names.join(', ')}`
  return [{ object: objectKey(virtualService), change }]
}

function scaled(deployment: Deployment | undefined, to: number): readonly PlannedChange[] {
  const from = deployment?.spec?.replicas ?? 1
  return deployment === undefined || from === to
    ? []
    : [{ object: objectKey(deployment), change: `is scaled from ${from} to ${to}` }]
}

function copied(stable: Deployment | undefined, canary: Deployment | undefined): readonly PlannedChange[] {
  if (stable === undefined || canary === undefined) return []
  return [{ object: objectKey(stable), change: `gets the Pod template of ${canary.metadata.name}` }]
}
