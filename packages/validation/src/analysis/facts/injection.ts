import type { Labels } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'
import { hasProxy, type PodFacts } from './pod-facts.ts'

export const INJECT = 'sidecar.istio.io/inject'
export const NAMESPACE_INJECTION = 'istio-injection'
export const REVISION = 'istio.io/rev'
export const DATAPLANE_MODE = 'istio.io/dataplane-mode'

/** Kubernetes' own namespaces, which no mesh touches. */
const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
])

export function isSystemNamespace(namespace: string): boolean {
  return SYSTEM_NAMESPACES.has(namespace)
}

/** Istio's own parts are not application workloads. */
export function isControlPlane({ labels }: Pick<Subject, 'labels'>): boolean {
  return labels.istio !== undefined || labels.release === 'istio'
}

/**
 * True if these Pods have a sidecar or will get one. The first that says anything decides: a sidecar that is there, the
 * label, the annotation, the namespace.
 */
export function isInMesh(pod: PodFacts, namespace: string, mesh: MeshIndex): boolean {
  if (hasProxy(pod)) return true
  const asked = pod.labels[INJECT] ?? pod.annotations[INJECT]
  if (asked !== undefined) return asked === 'true'
  return mesh.get('Namespace', '', namespace)?.labels[NAMESPACE_INJECTION] === 'enabled'
}

/** True if ztunnel carries the Pod's traffic: istio-cni sets this where it redirected it. */
export function isAmbientPod({ annotations }: Pick<PodFacts, 'annotations'>): boolean {
  return annotations['ambient.istio.io/redirection'] === 'enabled'
}

/** True if Pods of the namespace are in ambient mode; a label for sidecars comes before. */
export function isAmbientNamespace(labels: Labels): boolean {
  if (labels[NAMESPACE_INJECTION] === 'enabled' || (labels[REVISION] ?? '') !== '') return false
  return labels[DATAPLANE_MODE] === 'ambient'
}
