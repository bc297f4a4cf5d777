import type { ObjectMeta } from '@mizzen/api'

type Meta = Pick<ObjectMeta, 'name' | 'namespace' | 'labels' | 'ownerReferences'>

/** What telemetry calls a Pod's workload: the Deployment behind its ReplicaSet, its other controller, or itself. */
export interface Workload {
  readonly name: string
  readonly kind: string
  readonly apiVersion: string
  /** `kubernetes://apis/apps/v1/namespaces/NS/deployments/NAME`, as Istio's metadata has it. */
  readonly owner: string
}

export function workloadOf(meta: Meta): Workload {
  const controller = meta.ownerReferences?.find((owner) => owner.controller === true)
  if (controller === undefined) return workload('v1', 'Pod', meta.name, meta.namespace)
  const deployment = controller.kind === 'ReplicaSet' ? deploymentOf(controller.name, meta) : undefined
  return deployment === undefined
    ? workload(controller.apiVersion, controller.kind, controller.name, meta.namespace)
    : workload('apps/v1', 'Deployment', deployment, meta.namespace)
}

/** A Deployment's ReplicaSet is named after it and after the hash of its template, which its Pods carry as a label. */
function deploymentOf(replicaSet: string, meta: Meta): string | undefined {
  const hash = meta.labels?.['pod-template-hash']
  return hash !== undefined && replicaSet.endsWith(`-${hash}`) ? replicaSet.slice(0, -hash.length - 1) : undefined
}

function workload(apiVersion: string, kind: string, name: string, namespace = 'default'): Workload {
  const root = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`
  return {
    name,
    kind,
    apiVersion,
    owner: `kubernetes://${root}/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`,
  }
}

/** The canonical service of a workload; Istio reads the same labels in the same order. */
export function canonicalLabels(meta: Meta): { readonly name: string; readonly revision: string } {
  const labels = meta.labels ?? {}
  const first = (...keys: string[]) =>
    keys.map((key) => labels[key]).find((value) => value !== undefined && value !== '')
  return {
    name: first('service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app') ?? workloadOf(meta).name,
    revision: first('service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version') ?? 'latest',
  }
}
