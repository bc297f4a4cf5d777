import { hash as digest } from 'node:crypto'
import type { ObjectMeta, Resource } from '@mizzen/api'

/** JSON with the keys of every object in order: equal values give equal texts. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = value as Readonly<Record<string, unknown>>
  let text = ''
  for (const name of Object.keys(fields).sort()) {
    if (fields[name] === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(fields[name])}`
  }
  return `{${text}}`
}

export function hash(text: string): string {
  return digest('sha256', text, 'hex').slice(0, 32)
}

/** What a store or a server fills in. */
const SERVER_FIELDS: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'selfLink',
])

/** `metadata` as its author wrote it. */
export function authoredMeta(metadata: ObjectMeta): ObjectMeta {
  return Object.fromEntries(
    Object.entries(metadata).filter(([name]) => !SERVER_FIELDS.has(name)),
  ) as unknown as ObjectMeta
}

/** The object as its author wrote it: without status and without what a server fills in. */
export function authored(object: Resource): Resource {
  const { status: _, ...rest } = object
  return { ...rest, metadata: authoredMeta(object.metadata) }
}

/** Of what the author wrote; the same in every process. */
export function contentHash(object: Resource): string {
  return hash(canonicalJson(authored(object)))
}

/** Of everything but `metadata` and `status`: what `generation` counts the changes of. */
export function specText(object: Resource): string {
  const { metadata: _, status: __, ...body } = object
  return canonicalJson(body)
}

/** A UUID that depends on `seed` alone (RFC 9562, version 8). */
export function uuidFrom(seed: string): string {
  const hex = hash(seed)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
