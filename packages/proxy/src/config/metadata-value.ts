import type { Metadata } from './model.ts'

/** What is at a path of metadata, of which the first part is the namespace; undefined: nothing, or null. */
export function metadataValue(metadata: Metadata | undefined, path: readonly string[]): unknown {
  let value: unknown = metadata
  for (const key of path) value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value ?? undefined
}

/** The same as Envoy prints it in tags: objects and lists as JSON. */
export function metadataText(metadata: Metadata | undefined, path: readonly string[]): string | undefined {
  const value = metadataValue(metadata, path)
  if (value === undefined) return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
