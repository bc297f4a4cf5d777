import { apiVersionOf, type Kind } from './kinds/kind.ts'
import { kindOf } from './kinds/registry.ts'
import type { Resource } from './resource.ts'
import { dropNulls } from './schema/drop-nulls.ts'
import { shapeOf } from './schema/shape.ts'

/** The namespace of objects that name none. */
export const DEFAULT_NAMESPACE = 'default'

/**
 * The one form of an object: `namespace` filled in where the kind has one and dropped where it has none, the preferred
 * API version, an empty `spec` where the kind has one that was left out, and no fields that are null. Objects of unknown
 * kinds are returned as they are.
 */
export function normalise<Object extends Resource>(object: Object): Object {
  const kind = kindOf(object.apiVersion, object.kind)
  if (kind === undefined) return object
  const whole = complete(object, kind)
  const { namespace = DEFAULT_NAMESPACE, ...rest } = whole.metadata
  const metadata = kind.namespaced ? { ...rest, namespace: namespace === '' ? DEFAULT_NAMESPACE : namespace } : rest
  return { ...whole, apiVersion: apiVersionOf(kind), metadata }
}

/** Without nulls, and with a spec: what rules may rely on. */
export function complete<Object extends Resource>(object: Object, kind: Kind): Object {
  const whole = dropNulls(object)
  const hasSpec = shapeOf(kind.schema).properties?.spec !== undefined
  return whole.spec === undefined && hasSpec ? { ...whole, spec: {} } : whole
}
