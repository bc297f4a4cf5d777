import { type Analyzer, eachOf } from '../analyzer.ts'
import { INJECT, isSystemNamespace, NAMESPACE_INJECTION, REVISION } from '../facts/injection.ts'
import { injectorName, injectorValues } from '../facts/injector-config.ts'
import { hasProxy, podFacts } from '../facts/pod-facts.ts'
import { at } from '../loose.ts'
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
  const isBoth = (labels[NAMESPACE_INJECTION] ?? '') !== '' && labels[REVISION] !== undefined
  if (!isConcerned(name)) return
  if (isBoth) {
    report(namespace, 'IST0123', 'metadata.name', `namespace ${name} has both ${NAMESPACE_INJECTION} and ${REVISION}`)
  } else if ((labels[NAMESPACE_INJECTION] ?? '') === '' && labels[REVISION] === undefined) {
    if (isInjectedByDefault(mesh)) report(namespace, 'IST0148', '', 'injection is on by default')
    else report(namespace, 'IST0102', 'metadata.name', `namespace ${name} has no label ${NAMESPACE_INJECTION}`)
  }
})

const pods = eachOf(['Pod'], (pod, report, mesh) => {
  const namespace = mesh.get('Namespace', '', pod.namespace)
  if (namespace === undefined || !isInjected(namespace) || isExempt(pod) || hasProxy(podFacts(pod))) return
  report(pod, 'IST0103', '', `Pod ${pod.name} has no sidecar, and Pods of namespace ${pod.namespace} get one`)
})

function isConcerned(namespace: string): boolean {
  return namespace !== CONTROL_PLANE_NAMESPACE && !isSystemNamespace(namespace)
}

/** Of a namespace that contradicts itself nothing is expected. */
function isInjected({ name, labels }: Subject): boolean {
  if (!isConcerned(name)) return false
  const switched = labels[NAMESPACE_INJECTION] ?? ''
  return labels[REVISION] === undefined ? switched === 'enabled' : switched === ''
}

function isInjectedByDefault(mesh: MeshIndex): boolean {
  const values = mesh.derived(injectorValues).get(injectorName(''))
  return at(values, 'sidecarInjectorWebhook', 'enableNamespacesByDefault') === true
}

function isExempt({ labels, annotations, spec }: Subject): boolean {
  const asked = labels[INJECT] ?? annotations[INJECT] ?? ''
  return asked.toLowerCase() === 'false' || spec.hostNetwork === true
}
