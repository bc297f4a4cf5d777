import { apiVersionOf } from './kinds/kind.ts'
import { kindOf } from './kinds/registry.ts'
import type { Resource } from './resource.ts'
import { dropNulls } from './schema/drop-nulls.ts'

/** The namespace of objects that name none. */
export const DEFAULT_NAMESPACE = 'default'

/**
 * The one form of an object: `namespace` filled in where the kind has one and dropped where it has none, the preferred
 * API version, and no fields that are null. Objects of unknown kinds are returned as they are.
 */
export function normalise<Object extends Resource>(object: Object): Object {
  const kind = kindOf(object.apiVersion, object.kind)
  if (kind === undefined) return object
  const complete = dropNulls(object)
  const { namespace = DEFAULT_NAMESPACE, ...rest } = complete.metadata
  const metadata = kind.namespaced ? { ...rest, namespace: namespace === '' ? DEFAULT_NAMESPACE : namespace } : rest
  return { ...complete, apiVersion: apiVersionOf(kind), metadata }
}
