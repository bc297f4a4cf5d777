import type { TSchema } from 'typebox'
import type { MessageOptions } from './fields.ts'

/** The words of JSON Schema that our schemas use, and ours (`MessageOptions`), as the walkers over schemas read them. */
export interface Shape extends MessageOptions {
  readonly type?: 'object' | 'array' | 'string' | 'boolean' | 'integer' | 'number'
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly items?: Shape
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Shape[]
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  /** Of texts; JavaScript's syntax, matched with the flag `u`. */
  readonly pattern?: string
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxProperties?: number
  readonly description?: string
  /** What counts where the field is left out. Told, not filled in: objects keep what their authors wrote. */
  readonly default?: unknown
}

export function shapeOf(schema: TSchema): Shape {
  return schema as unknown as Shape
}

/** The shape of the values of a map; undefined for anything else. */
export function mapValueShape(shape: Shape): Shape | undefined {
  return shape.patternProperties === undefined ? undefined : Object.values(shape.patternProperties)[0]
}
