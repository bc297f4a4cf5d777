import { type Analyzer, eachOf } from '../analyzer.ts'
import { DATAPLANE_MODE, INJECT, isSystemNamespace, NAMESPACE_INJECTION, REVISION } from '../facts/injection.ts'
import { injectorName, injectorValues } from '../facts/injector-config.ts'
import { hasProxy, podFacts } from '../facts/pod-facts.ts'
import { at, type Labels } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'

const CONTROL_PLANE_NAMESPACE = 'istio-system'

export const injection: Analyzer = {
  name: 'injection.Analyzer',
  summary: 'namespaces and Pods that get no sidecar, or contradict themselves about it',
  analyze(mesh, report) {
    namespaces(mesh, report)
    pods(mesh, report)
  },
}

const namespaces = eachOf(['Namespace'], (namespace, report, mesh) => {
  const { labels, name } = namespace
  if (!isConcerned(name)) return
  const deciding = decidingLabels(labels)
  if (deciding.length > 1) {
    report(namespace, 'IST0123', 'metadata.name', `namespace ${name} has ${deciding.join(' and ')}: which one counts?`)
  }
  if (labels[DATAPLANE_MODE] === 'ambient') return
  if ((labels[NAMESPACE_INJECTION] ?? '') === '' && labels[REVISION] === undefined) {
    if (isInjectedByDefault(mesh)) report(namespace, 'IST0148', '', 'injection is on by default')
    else report(namespace, 'IST0102', 'metadata.name', `namespace ${name} has no label ${NAMESPACE_INJECTION}`)
  }
})

const pods = eachOf(['Pod'], (pod, report, mesh) => {
  const namespace = mesh.get('Namespace', '', pod.namespace)
  if (namespace === undefined || !isInjected(namespace) || isExempt(pod) || hasProxy(podFacts(pod))) return
  report(pod, 'IST0103', '', `Pod ${pod.name} has no sidecar, and Pods of namespace ${pod.namespace} get one`)
})

/** Labels that say how Pods come into the mesh. One that switches injection off goes with any other. */
function decidingLabels(labels: Labels): readonly string[] {
  const switched = labels[NAMESPACE_INJECTION]
  const others = [REVISION, DATAPLANE_MODE].filter((name) => labels[name] !== undefined)
  if (switched === undefined) return others
  return switched === 'enabled' ? [NAMESPACE_INJECTION, ...others] : [NAMESPACE_INJECTION]
}

function isConcerned(namespace: string): boolean {
  return namespace !== CONTROL_PLANE_NAMESPACE && !isSystemNamespace(namespace)
}

/** Which revisions there are is not known here, so that only the other label makes a sidecar certain. */
function isInjected({ name, labels }: Subject): boolean {
  return isConcerned(name) && labels[DATAPLANE_MODE] !== 'ambient' && labels[NAMESPACE_INJECTION] === 'enabled'
}

function isInjectedByDefault(mesh: MeshIndex): boolean {
  const values = mesh.derived(injectorValues).get(injectorName(''))
  return at(values, 'sidecarInjectorWebhook', 'enableNamespacesByDefault') === true
}

function isExempt({ labels, annotations, spec }: Subject): boolean {
  const asked = labels[INJECT] ?? annotations[INJECT] ?? ''
  return asked.toLowerCase() === 'false' || spec.hostNetwork === true
}
