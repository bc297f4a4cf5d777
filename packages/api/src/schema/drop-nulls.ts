/**
 * The value without the fields that are null: Kubernetes reads them as left out, and so may everybody behind the
 * validator. Shares what has no null in it with the original.
 */
export function dropNulls<Value>(value: Value): Value {
  if (Array.isArray(value)) {
    const items = value.map(dropNulls)
    return items.every((item, index) => item === value[index]) ? value : (items as Value)
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const kept = entries
    .filter(([, item]) => item !== null && item !== undefined)
    .map(([name, item]) => [name, dropNulls(item)] as const)
  const same =
    kept.length === entries.length && kept.every(([name, item]) => (value as Record<string, unknown>)[name] === item)
  return same ? value : (Object.fromEntries(kept) as Value)
}
