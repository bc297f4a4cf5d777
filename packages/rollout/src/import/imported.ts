import type { CanarySpec } from '@mizzen/api'

/** A manifest of another tool as a Canary, and what of it has no counterpart here. */
export interface Imported {
  readonly name: string
  readonly namespace: string
  readonly spec: CanarySpec
  /** One sentence each, beginning with the field's path. */
  readonly notes: readonly string[]
}

/** A document that nobody has checked: every field may be missing, or something else. */
export type Loose = { readonly [name: string]: unknown }

export function objectAt(value: unknown, name: string): Loose {
  const field = isObject(value) ? value[name] : undefined
  return isObject(field) ? field : {}
}

export function listAt(value: unknown, name: string): readonly Loose[] {
  const field = isObject(value) ? value[name] : undefined
  return Array.isArray(field) ? field.filter(isObject) : []
}

export function textAt(value: unknown, name: string): string | undefined {
  const field = isObject(value) ? value[name] : undefined
  return typeof field === 'string' && field !== '' ? field : undefined
}

export function numberAt(value: unknown, name: string): number | undefined {
  const field = isObject(value) ? value[name] : undefined
  return typeof field === 'number' && Number.isFinite(field) ? field : undefined
}

/** Fields of `value` that are not among `known`, as notes. */
export function unknownFields(path: string, value: Loose, known: readonly string[], why: string): readonly string[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => `${path}.${name}: ${why}`)
}

function isObject(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
