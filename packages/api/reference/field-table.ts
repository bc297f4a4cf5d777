import { mapValueShape, type Shape } from '../src/schema/shape.ts'

/** All fields below a message, one row each, in the order of the schema; what is inside comes after it. */
export function fieldTable(shape: Shape): string {
  const rows = rowsOf(shape, '')
  return ['| field | type | default | |', '|---|---|---|---|', ...rows].join('\n')
}

function rowsOf(shape: Shape, path: string): string[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`
    const required = shape.required?.includes(name) === true ? 'required; ' : ''
    const fallback = field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``
    const oneof = shape.oneofs?.find((group) => group.includes(name))
    const excludes = oneof === undefined ? '' : ` Not with ${oneof.filter((other) => other !== name).join(', ')}.`
    const about = `${field.description ?? ''}${excludes}`.trim().replaceAll('|', '\\|').replaceAll('\n', ' ')
    return [`| \`${at}\` | ${required}${typeOf(field)} | ${fallback} | ${about} |`, ...rowsOf(...inside(field, at))]
  })
}

/** The message that a field holds, and the path of what is in it. */
function inside(field: Shape, path: string): [shape: Shape, path: string] {
  if (field.items !== undefined) return inside(field.items, `${path}[]`)
  const values = mapValueShape(field)
  return values === undefined ? [field, path] : inside(values, `${path}.*`)
}

const FORMATS: Readonly<Record<string, string>> = { duration: 'duration', byte: 'base64', 'date-time': 'time' }

function typeOf(field: Shape): string {
  const values = mapValueShape(field)
  if (field.anyOf !== undefined) return 'number or text'
  if (field.enum !== undefined) return field.enum.map((word) => `\`${word}\``).join(', ')
  if (field.items !== undefined) return `list of ${plural(field.items)}`
  if (values !== undefined) return `map of ${plural(values)}`
  if (field.type === undefined) return 'anything'
  if (field.type === 'string') return FORMATS[field.format ?? ''] ?? 'text'
  if (field.type === 'object') return 'object'
  return field.type === 'boolean' ? '`true`, `false`' : numberType(field)
}

function plural(item: Shape): string {
  if (item.type === 'string' && item.enum === undefined && item.format === undefined) return 'texts'
  if (item.properties !== undefined) return 'objects'
  if (item.type === 'integer') return 'numbers'
  return typeOf(item)
}

/** Bounds that a reader would not guess. */
function numberType({ type, minimum, maximum }: Shape): string {
  const noun = type === 'integer' ? 'whole number' : 'number'
  const usual = maximum === undefined || maximum >= 2 ** 31 - 1
  if (usual) return minimum === undefined || minimum <= 0 ? noun : `${noun} from ${minimum}`
  return `${noun}, ${minimum} to ${maximum}`
}
