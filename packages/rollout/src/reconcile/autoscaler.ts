import type { Deployment, HorizontalPodAutoscaler } from '@mizzen/api'
import type { Store } from '@mizzen/store'

/** What `minReplicas` was before a rollout needed more. */
const FLOOR_BEFORE = 'mizzen.io/min-replicas'

/** Who scales a Deployment by its load; undefined = nobody. */
export function autoscalerOf(store: Store, deployment: Deployment): HorizontalPodAutoscaler | undefined {
  const { namespace = 'default', name } = deployment.metadata
  const all = store.list('HorizontalPodAutoscaler', namespace) as readonly HorizontalPodAutoscaler[]
  return all.find(({ spec }) => spec?.scaleTargetRef.kind === 'Deployment' && spec.scaleTargetRef.name === name)
}

/** It never goes below so many from here on, as far as its own most allows: what is set on the Deployment it would undo. */
export function withFloor(autoscaler: HorizontalPodAutoscaler, replicas: number): HorizontalPodAutoscaler {
  const { metadata, spec } = autoscaler
  if (spec === undefined) return autoscaler
  const before = spec.minReplicas ?? 1
  const minReplicas = Math.min(replicas, spec.maxReplicas)
  if (minReplicas <= before) return autoscaler
  const annotations = { [FLOOR_BEFORE]: String(before), ...metadata.annotations }
  return { ...autoscaler, metadata: { ...metadata, annotations }, spec: { ...spec, minReplicas } }
}

/** As the user has it. */
export function withoutFloor(autoscaler: HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  const { metadata, spec } = autoscaler
  const { [FLOOR_BEFORE]: before, ...annotations } = metadata.annotations ?? {}
  if (spec === undefined || before === undefined || !/^\d{1,9}$/.test(before)) return autoscaler
  return { ...autoscaler, metadata: { ...metadata, annotations }, spec: { ...spec, minReplicas: Number(before) } }
}
