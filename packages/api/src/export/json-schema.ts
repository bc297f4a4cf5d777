import { DURATION_PATTERN } from '../duration.ts'
import { apiVersionOf, type Kind } from '../kinds/kind.ts'
import { mapValueShape, type Shape, shapeOf } from '../schema/shape.ts'

/** A JSON Schema (draft-07, which YAML language servers know). */
export type JsonSchema = Readonly<Record<string, unknown>>

const DRAFT = 'http://json-schema.org/draft-07/schema#'

/**
 * The schema of one kind's documents: what the validator checks of their shape, with descriptions and defaults for
 * completion and hovering. Rules (regexes, references between fields) are `mizzen validate`'s.
 */
export function jsonSchemaOf(kind: Kind): JsonSchema {
  return { $schema: DRAFT, title: kind.kind, ...documentSchema(kind) }
}

/** One schema for documents of any of the kinds, chosen by apiVersion and kind. Others pass. */
export function combinedSchema(kinds: readonly Kind[]): JsonSchema {
  return {
    $schema: DRAFT,
    title: 'Mizzen',
    type: 'object',
    properties: { apiVersion: { type: 'string' }, kind: { type: 'string' } },
    allOf: kinds.map((kind) => ({
      if: { properties: identity(kind), required: ['apiVersion', 'kind'] },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      then: { $ref: `#/definitions/${kind.id}` },
    })),
    definitions: Object.fromEntries(kinds.map((kind) => [kind.id, documentSchema(kind)])),
  }
}

function documentSchema(kind: Kind): JsonSchema {
  const { properties, ...rest } = convert(shapeOf(kind.schema))
  return { ...rest, properties: { ...(properties as object), ...identity(kind) } }
}

function identity(kind: Kind): JsonSchema {
  return {
    apiVersion: { enum: kind.versions.map((version) => apiVersionOf(kind, version)) },
    kind: { const: kind.kind },
  }
}

const FORMATS: Readonly<Record<string, JsonSchema>> = {
  duration: { pattern: DURATION_PATTERN },
  byte: { contentEncoding: 'base64' },
  'date-time': { format: 'date-time' },
}

function convert(shape: Shape): JsonSchema {
  const {
    oneofs,
    also,
    format,
    properties,
    patternProperties: _,
    additionalProperties: __,
    items,
    ...plain
  } = shape as Shape & { readonly additionalProperties?: boolean }
  const values = mapValueShape(shape)
  return {
    ...plain,
    ...(format !== undefined && FORMATS[format]),
    ...(items !== undefined && { items: convert(items) }),
    ...(values !== undefined && { additionalProperties: convert(values) }),
    ...(properties !== undefined && {
      properties: {
        ...Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, property(name, field, shape)])),
        ...Object.fromEntries((also ?? []).map((name) => [name, {}])),
      },
      additionalProperties: also !== undefined,
    }),
    ...(oneofs !== undefined && { allOf: oneofs.flatMap(atMostOne) }),
  }
}

/** A field that is null counts as left out. */
function property(name: string, field: Shape, { required }: Shape): JsonSchema {
  const converted = convert(field)
  return required?.includes(name) === true ? converted : orNull(converted)
}

function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: words, anyOf } = schema
  return {
    ...schema,
    ...(type !== undefined && { type: [type, 'null'] }),
    ...(Array.isArray(words) && { enum: [...words, null] }),
    ...(Array.isArray(anyOf) && { anyOf: [...anyOf, { type: 'null' }] }),
  }
}

/** Pairs rather than a `oneOf`: editors then point at the fields that are too many. */
function atMostOne(group: readonly string[]): readonly JsonSchema[] {
  return group.flatMap((name, index) => group.slice(index + 1).map((other) => ({ not: { required: [name, other] } })))
}
