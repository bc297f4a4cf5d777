import table from '../../../gen/schema.json' with { type: 'json' }

/** One field of a message. */
export interface Field {
  /** As in the .proto file: snake case. */
  readonly name: string
  /** A scalar's name (`string`, `uint32`), or the full name of a message or enum. */
  readonly type: string
  readonly repeated: boolean
  readonly map: boolean
  /** Of the type, whether repeated or not. */
  readonly isEnum: boolean
}

export type MessageFields = ReadonlyMap<number, Field>

const specs: Readonly<Record<string, string>> = table
const messages = new Map<string, MessageFields>()
const enums = new Map<string, ReadonlyMap<number, string>>()

/** Whether `generate.ts` knew the message or enum. */
export function isKnown(type: string): boolean {
  return Object.hasOwn(specs, type)
}

/** The fields of a message by number. Parsed when first asked for: of 330 messages a mesh uses some fifty. */
export function fieldsOf(message: string): MessageFields {
  const known = messages.get(message)
  if (known !== undefined) return known
  const fields = new Map(entries(message).map(([number, name, type = '']) => [Number(number), parseField(name, type)]))
  messages.set(message, fields)
  return fields
}

/** The names of an enum's values by number. */
export function valuesOf(enumeration: string): ReadonlyMap<number, string> {
  const known = enums.get(enumeration)
  if (known !== undefined) return known
  const values = new Map(entries(enumeration).map(([number, name]) => [Number(number), name]))
  enums.set(enumeration, values)
  return values
}

/** Messages have three words an entry, enums two. */
function isEnum(type: string): boolean {
  const [first] = entries(type)
  return first !== undefined && first[2] === undefined
}

/** Number, name, and for fields the type. */
type Entry = readonly [string, string, string?]

function entries(type: string): readonly Entry[] {
  const spec = specs[type] ?? ''
  return spec === '' ? [] : spec.split(';').map((entry) => entry.split(' ') as unknown as Entry)
}

function parseField(name: string, type: string): Field {
  const repeated = type.endsWith('[]')
  const map = type.endsWith('{}')
  const single = repeated || map ? type.slice(0, -2) : type
  return { name, type: single, repeated, map, isEnum: isEnum(single) }
}
