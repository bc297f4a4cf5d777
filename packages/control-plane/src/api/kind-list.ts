import { apiVersionOf, type Kind, kinds } from '@mizzen/api'
import { type Answer, json } from './answer.ts'

const VERBS = ['get', 'list', 'watch', 'patch', 'delete']

/**
 * Kubernetes' discovery pages (`/api`, `/api/v1`, `/apis`, `/apis/GROUP/VERSION`), so that general clients find the
 * kinds. Undefined for other paths.
 */
export function answerKindList(segments: readonly string[]): Answer | undefined {
  const [root, group = '', version, ...more] = segments
  if (root === 'api' && group === '') return json({ kind: 'APIVersions', versions: ['v1'] })
  if (root === 'api' && version === undefined) return resourceList('', group)
  if (root === 'apis' && group === '') return json({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups() })
  if (root === 'apis' && version !== undefined && more.length === 0) return resourceList(group, version)
  return undefined
}

function groups() {
  const named = new Map<string, readonly string[]>()
  for (const kind of kinds) if (kind.group !== '') named.set(kind.group, kind.versions)
  return [...named].map(([name, versions]) => {
    const served = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }))
    return { name, versions: served, preferredVersion: served[0] }
  })
}

function resourceList(group: string, version: string): Answer | undefined {
  const served = kinds.filter((kind) => kind.group === group && kind.versions.includes(version))
  const [first] = served
  if (first === undefined) return undefined
  const resources = served.map((kind: Kind) => ({
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    shortNames: kind.shortNames,
    verbs: VERBS,
  }))
  return json({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(first, version), resources })
}
