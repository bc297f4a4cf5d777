import { apiVersionOf, type Kind, kinds } from '@mizzen/api'

/** What a path of the Kubernetes API names: one object, or all of a kind, in one namespace or in all. */
export interface ResourcePath {
  readonly kind: Kind
  /** As in the path. */
  readonly apiVersion: string
  /** Undefined: all namespaces, or a kind without. */
  readonly namespace: string | undefined
  /** Undefined: the collection. */
  readonly name: string | undefined
}

/**
 * Reads `/api/v1/…` and `/apis/GROUP/VERSION/…`: `PLURAL`, `PLURAL/NAME` for kinds without a namespace, and
 * `namespaces/NS/PLURAL[/NAME]`. Undefined for anything else.
 */
export function parseResourcePath(segments: readonly string[]): ResourcePath | undefined {
  const [root, ...rest] = segments
  if (root === 'api') return inGroup('', rest)
  if (root === 'apis') return inGroup(rest[0] ?? '', rest.slice(1))
  return undefined
}

function inGroup(group: string, [version = '', ...rest]: readonly string[]): ResourcePath | undefined {
  const found = (plural: string | undefined, namespaced: boolean) =>
    kinds.find(
      (kind) =>
        kind.plural === plural &&
        kind.group === group &&
        kind.versions.includes(version) &&
        (!namespaced || kind.namespaced),
    )
  const [first, second, third, fourth, ...more] = rest
  if (more.length > 0) return undefined
  const scoped = first === 'namespaces' && third !== undefined
  const kind = scoped ? found(third, true) : found(first, false)
  if (kind === undefined) return undefined
  const apiVersion = apiVersionOf(kind, version)
  if (scoped) return { kind, apiVersion, namespace: second, name: fourth }
  const tooLong = third !== undefined || (second !== undefined && kind.namespaced)
  return tooLong ? undefined : { kind, apiVersion, namespace: undefined, name: second }
}
