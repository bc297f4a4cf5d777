import type {
  Static,
  TArray,
  TBoolean,
  TEnum,
  TInteger,
  TNumber,
  TObject,
  TOptional,
  TRecord,
  TSchema,
  TString,
  TUnion,
  TUnknown,
} from 'typebox'

// Schemas are JSON Schema written out, and typed as typebox's: of the library only the types are loaded. Its builders make
// the same values, but cost every start of a program a tenth of a second and 20 MB.

/** Read-only all the way down: objects of a store are shared by everything that reads them. */
type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T

/** The TypeScript type that a schema describes. */
export type Of<Schema extends TSchema> = Immutable<Static<Schema>>

type Fields = Record<string, TSchema>
type Message<Required extends Fields, Optional extends Fields> = TObject<
  Required & { [Name in keyof Optional]: TOptional<Optional[Name]> }
>

/** What JSON Schema has no word for; `check-shape.ts` reads it. */
export interface MessageOptions {
  /** Groups of fields of which at most one may be set (protobuf's oneof). */
  readonly oneofs?: readonly (readonly string[])[]
  /**
   * Names of further fields that exist but that Mizzen doesn't read: accepted as they are. A message that has this list,
   * be it empty, only warns of unknown fields, because Kubernetes grows them with every release.
   */
  readonly also?: readonly string[]
}

/** An object with exactly these fields. */
export function message<Required extends Fields, Optional extends Fields>(
  required: Required,
  optional: Optional,
  options: MessageOptions = {},
): Message<Required, Optional> {
  return {
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    additionalProperties: options.also !== undefined,
    ...options,
  } as unknown as Message<Required, Optional>
}

/** The same shape with what the reference, editors and CRDs say of it, and the value that counts where there is none. */
export function about<Schema extends TSchema>(description: string, schema: Schema, fallback?: unknown): Schema {
  return { ...schema, description, ...(fallback !== undefined && { default: fallback }) }
}

export const text = { type: 'string' } as TString
/** A text that must not be empty. */
export const name = { type: 'string', minLength: 1 } as unknown as TString
export const boundedText = (minLength: number, maxLength: number): TString =>
  ({ type: 'string', minLength, maxLength }) as unknown as TString
/** A text of at most so many characters that fits the pattern (JavaScript's syntax without flags; anchored by its author). */
export const textLike = (pattern: string, maxLength?: number): TString =>
  ({ type: 'string', pattern, ...(maxLength !== undefined && { maxLength }) }) as unknown as TString
export const flag = { type: 'boolean' } as TBoolean
export const number = { type: 'number' } as TNumber
export const int32 = { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 } as unknown as TInteger
export const uint32 = { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 } as unknown as TInteger
/** A port number: 1 to 65535. */
export const port = { type: 'integer', minimum: 1, maximum: 65_535 } as unknown as TInteger
export const integer = (minimum: number, maximum: number): TInteger =>
  ({ type: 'integer', minimum, maximum }) as unknown as TInteger
/** Larger values than 2^53 - 1 can't be told apart and are refused. */
export const uint64 = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as unknown as TInteger
/** Base64 in JSON and YAML. */
export const bytes = { type: 'string', format: 'byte' } as unknown as TString
/** Go's form: `1h30m`, `1.5s`, `100ms`; at least 1 ms where Istio asks for it is checked by the rules of the kind. */
export const duration = { type: 'string', format: 'duration' } as unknown as TString
/** RFC 3339. */
export const time = { type: 'string', format: 'date-time' } as unknown as TString
/** A number or a text: a port by number or name, a share by number or percentage. */
export const intOrText = { anyOf: [{ type: 'integer' }, { type: 'string' }] } as unknown as TUnion<[TInteger, TString]>
/** Anything: read by nobody, or by its owner alone. */
export const anything = {} as TUnknown
/** @param most entries; unbounded where left out */
export const map = <Value extends TSchema>(value: Value, most?: number): TRecord<'^.*$', Value> =>
  ({
    type: 'object',
    patternProperties: { '^.*$': value },
    ...(most !== undefined && { maxProperties: most }),
  }) as unknown as TRecord<'^.*$', Value>
/** @param size fewest and most items; unbounded where left out */
export const list = <Item extends TSchema>(items: Item, [minItems, maxItems]: readonly number[] = []): TArray<Item> =>
  ({
    type: 'array',
    items,
    ...(minItems !== undefined && { minItems }),
    ...(maxItems !== undefined && { maxItems }),
  }) as unknown as TArray<Item>
export const words = <Words extends string[]>(...allowed: Words): TEnum<Words> =>
  ({ enum: allowed }) as unknown as TEnum<Words>
