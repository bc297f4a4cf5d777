/**
 * Equality by content for plain data: primitives, arrays, typed bytes, maps, sets and objects with own fields. No cycles.
 * What a class may hide cannot be compared: an instance of any other is equal to itself alone.
 */
export function structurallyEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  const prototype = Object.getPrototypeOf(left)
  if (prototype !== Object.getPrototypeOf(right)) return false
  if (Array.isArray(left)) return equalArrays(left, right as unknown[])
  if (left instanceof Uint8Array) return equalBytes(left, right as Uint8Array)
  if (left instanceof Map) return equalMaps(left, right as Map<unknown, unknown>)
  if (left instanceof Set) return equalSets(left, right as Set<unknown>)
  if (prototype !== Object.prototype && prototype !== null) return false
  return equalFields(left as Record<string, unknown>, right as Record<string, unknown>)
}

function equalArrays(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((value, index) => structurallyEqual(value, right[index]))
}

function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index])
}

function equalMaps(left: ReadonlyMap<unknown, unknown>, right: ReadonlyMap<unknown, unknown>): boolean {
  if (left.size !== right.size) return false
  for (const [key, value] of left) if (!right.has(key) || !structurallyEqual(value, right.get(key))) return false
  return true
}

function equalSets(left: ReadonlySet<unknown>, right: ReadonlySet<unknown>): boolean {
  if (left.size !== right.size) return false
  for (const value of left) if (!right.has(value)) return false
  return true
}

function equalFields(left: Readonly<Record<string, unknown>>, right: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  return keys.every((key) => Object.hasOwn(right, key) && structurallyEqual(left[key], right[key]))
}
