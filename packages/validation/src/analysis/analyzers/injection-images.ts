import { type Analyzer, eachOf } from '../analyzer.ts'
import { NAMESPACE_INJECTION, REVISION } from '../facts/injection.ts'
import { injectorName, injectorValues } from '../facts/injector-config.ts'
import { podFacts, proxyContainers } from '../facts/pod-facts.ts'
import { proxyImageType } from '../facts/proxy-image-type.ts'
import { type Fields, fields, text } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'

export const injectionImages: Analyzer = {
  name: 'injection.ImageAnalyzer',
  summary: 'Pods whose sidecar has another image than injection would give it now',
  analyze: eachOf(['Namespace'], (namespace, report, mesh) => {
    if (mesh.derived(injectorValues).size === 0) return
    const outdated = mesh.inNamespace('Pod', namespace.name).filter((pod) => isOutdated(pod, mesh))
    const names = outdated.map(({ name }) => name).join(', ')
    if (names !== '') report(namespace, 'IST0158', '', `the proxy of these Pods is not that of the injector: ${names}`)
  }),
}

function isOutdated(pod: Subject, mesh: MeshIndex): boolean {
  const revision = revisionOf(mesh.get('Namespace', '', pod.namespace))
  const values = revision === undefined ? undefined : mesh.derived(injectorValues).get(injectorName(revision))
  // Who names an image wants that one.
  if (values === undefined || (pod.annotations['sidecar.istio.io/proxyImage'] ?? '') !== '') return false
  const image = proxyImage(values)
  const good = [image, `${image}-${proxyImageType(pod, mesh)}`]
  return proxyContainers(podFacts(pod)).some((proxy) => !good.includes(text(proxy.image)))
}

/** Of the injector that the namespace's labels ask for; undefined if they ask for none. */
function revisionOf(namespace: Subject | undefined): string | undefined {
  const revision = namespace?.labels[REVISION]
  return revision ?? (namespace?.labels[NAMESPACE_INJECTION] === 'enabled' ? 'default' : undefined)
}

/** `hub/image:tag`, unless the image is a whole reference itself. */
function proxyImage(values: Fields): string {
  const { hub, tag, proxy } = fields(values.global)
  const image = text(fields(proxy).image)
  return image.includes('/') ? image : `${text(hub)}/${image}:${typeof tag === 'number' ? tag : text(tag)}`
}
