import { parse } from 'yaml'
import { at, isFields, labelsIn, text } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'
import { meshSettings } from './mesh-settings.ts'
import { selects } from './selector.ts'

/** An annotation is far below this; what is longer is not read. */
const MAX_ANNOTATION = 100_000

/**
 * The variant of the proxy's image (`distroless`, `debug`) that a Pod gets; '' is the plain one. The most specific that
 * says anything counts: annotation, then ProxyConfig of the workload, of the namespace, of the mesh, then MeshConfig.
 */
export function proxyImageType(pod: Subject, mesh: MeshIndex): string {
  const { rootNamespace, imageType } = mesh.derived(meshSettings)
  const configs = mesh.all('ProxyConfig')
  const own = configs.filter(({ namespace }) => namespace === pod.namespace && namespace !== rootNamespace)
  const types = [
    annotated(pod.annotations['proxy.istio.io/config'] ?? ''),
    ...own.filter((config) => isFields(config.spec.selector) && selectsPod(config, pod)).map(typeOf),
    ...own.filter((config) => !isFields(config.spec.selector)).map(typeOf),
    ...configs.filter(({ namespace }) => namespace === rootNamespace).map(typeOf),
    imageType,
  ]
  const type = types.find((one) => one !== '') ?? ''
  return type === 'default' ? '' : type
}

function selectsPod({ spec }: Subject, pod: Subject): boolean {
  return selects(labelsIn(at(spec, 'selector', 'matchLabels')), pod.labels)
}

function typeOf({ spec }: Subject): string {
  return text(at(spec, 'image', 'imageType'))
}

function annotated(yaml: string): string {
  if (yaml === '' || yaml.length > MAX_ANNOTATION) return ''
  try {
    return text(at(parse(yaml, { maxAliasCount: 0 }), 'image', 'imageType'))
  } catch {
    return ''
  }
}
