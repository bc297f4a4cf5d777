/**
 * The value without the fields that are null: Kubernetes reads them as left out, and so may everybody behind the
 * validator. Shares what has no null in it with the original: nearly always all of it.
 */
export function dropNulls<Value>(value: Value): Value {
  return hasNull(value) ? (without(value) as Value) : value
}

function hasNull(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.some(hasNull)
  for (const name in value) {
    const item = (value as Readonly<Record<string, unknown>>)[name]
    if (item === null || item === undefined || (typeof item === 'object' && hasNull(item))) return true
  }
  return false
}

function without(value: unknown): unknown {
  if (!hasNull(value)) return value
  if (Array.isArray(value)) return value.map(without)
  const kept = Object.entries(value as object).filter(([, item]) => item !== null && item !== undefined)
  return Object.fromEntries(kept.map(([name, item]) => [name, without(item)]))
}
