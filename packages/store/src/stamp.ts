import { objectKey, type Resource } from '@mizzen/api'
import type { Clock } from '@mizzen/base'
import { uuidFrom } from './content-hash.ts'

/**
 * A new object with what it keeps for life: `creationTimestamp` and `uid`, where it has none.
 *
 * @param sequence tells apart objects of one key that are made within a millisecond
 */
export function stamp(object: Resource, clock: Clock, sequence: number): Resource {
  const { uid, creationTimestamp } = object.metadata
  const life = {
    uid: uid ?? uuidFrom(`${objectKey(object)} ${clock.now()} ${sequence}`),
    creationTimestamp: creationTimestamp ?? timestamp(clock),
  }
  return { ...object, metadata: { ...object.metadata, ...life } }
}

/** Now, as `metadata` has it: RFC 3339 without fractions. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')
}
