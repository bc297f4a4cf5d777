import type { Resource } from '@mizzen/api'

/** On every object that `local` writes, so that it knows them from the user's. */
const ANNOTATION = 'mizzen.io/run-by'
const LOCAL = 'local'

export function isOurs(object: Resource): boolean {
  return object.metadata.annotations?.[ANNOTATION] === LOCAL
}

export function asOurs<Object extends Resource>(object: Object): Object {
  const annotations = { ...object.metadata.annotations, [ANNOTATION]: LOCAL }
  return { ...object, metadata: { ...object.metadata, annotations } }
}
