import { YamlFault } from './outcome.ts'

/** Fields of one object: an object's cost per field grows with their number, and no manifest is near it. */
const MAX_FIELDS = 20_000

/**
 * Refuses a name that the object already has, and one field too many.
 * @param count fields of the object so far
 */
export function checkNewField(map: object, name: string, count: number, offset: number): void {
  if (Object.hasOwn(map, name)) {
    throw new YamlFault('duplicate-key', `"${name}" is written twice in one object`, offset)
  }
  if (count >= MAX_FIELDS) throw new YamlFault('too-large', `one object has more than ${MAX_FIELDS} fields`, offset)
}
