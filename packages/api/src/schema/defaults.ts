import type { TSchema } from 'typebox'
import { shapeOf } from './shape.ts'

/**
 * The message with the values that count where a field of it was left out. A field of a oneof is not filled in where
 * another one of its group is set. Messages inside it stay as they are: whether they are there can have a meaning.
 */
export function withDefaults<Value extends object>(schema: TSchema, value: Value): Value {
  const { properties = {}, oneofs = [] } = shapeOf(schema)
  const given = value as Readonly<Record<string, unknown>>
  const filled: Record<string, unknown> = { ...given }
  for (const [name, { default: fallback }] of Object.entries(properties)) {
    if (fallback === undefined || given[name] !== undefined) continue
    const group = oneofs.find((names) => names.includes(name)) ?? []
    if (group.every((other) => given[other] === undefined)) filled[name] = fallback
  }
  return filled as Value
}
