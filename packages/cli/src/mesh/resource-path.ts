import type { Kind } from '@mizzen/api'

/** The path of an object in the Kubernetes API, or of a collection where `name` is left out. */
export function resourcePath(kind: Kind, namespace?: string, name?: string): string {
  const group = kind.group === '' ? '/api' : `/apis/${kind.group}`
  const scope = kind.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`
  return `${group}/${kind.versions[0]}${scope}/${kind.plural}${object}`
}
