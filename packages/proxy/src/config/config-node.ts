import { MizzenError } from '@mizzen/base'

type Fields = Readonly<Record<string, unknown>>
type Read<T> = (node: ConfigNode) => T

/** Messages that wrap a message of a type that the sender's protobuf does not know: `type_url` and a Struct. */
const TYPED_STRUCTS = ['xds.type.v3.TypedStruct', 'udpa.type.v1.TypedStruct']

/**
 * Reads one message in protobuf's JSON form (snake case or lowerCamelCase), strictly: each field that was neither read
 * nor declared to be without effect is an error, so nothing that was configured is ignored in silence.
 *
 * All methods throw MizzenError `bad-config` (wrong type or value) or `unsupported-config` with the field's path. A
 * field at its proto3 default counts as not given.
 */
export class ConfigNode {
  readonly path: string
  readonly #fields: Fields
  /** Keys that are there and were asked for. A configuration has some hundred thousand nodes, most of them small. */
  #seen: string[] | null = null

  constructor(value: unknown, path: string) {
    if (!isRecord(value)) throw new MizzenError('bad-config', `expected an object, not ${describe(value)}`, { path })
    this.#fields = value
    this.path = path
  }

  /** Reads a whole message: what `read` leaves unread is an error. */
  static read<T>(value: unknown, path: string, read: Read<T>): T {
    return new ConfigNode(value, path).#all(read)
  }

  has(name: string): boolean {
    const value = this.#peek(name)
    return value !== undefined && value !== null
  }

  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }

  /** '' if it is not given. */
  string(name: string): string {
    const value = this.#take(name) ?? ''
    if (typeof value !== 'string') throw this.#wrongType(name, 'a string', value)
    return value
  }

  /** undefined if it is not given or empty. */
  optionalString(name: string): string | undefined {
    return this.string(name) || undefined
  }

  requiredString(name: string): string {
    const value = this.string(name)
    if (value === '') throw this.error('bad-config', 'must be given', name)
    return value
  }

  boolean(name: string, fallback = false): boolean {
    const value = this.#take(name) ?? fallback
    if (typeof value !== 'boolean') throw this.#wrongType(name, 'true or false', value)
    return value
  }

  /** 64-bit numbers come as strings in protobuf's JSON. */
  number(name: string, fallback: number): number {
    return this.optionalNumber(name) ?? fallback
  }

  optionalNumber(name: string): number | undefined {
    const value = this.#take(name)
    if (value === undefined || value === null) return undefined
    const number = typeof value === 'string' && value !== '' ? Number(value) : value
    if (typeof number !== 'number' || Number.isNaN(number)) throw this.#wrongType(name, 'a number', value)
    return number
  }

  /** A whole number from 0. */
  count(name: string, fallback: number): number {
    const value = this.number(name, fallback)
    if (!Number.isSafeInteger(value) || value < 0) throw this.#wrongType(name, 'a whole number from 0', value)
    return value
  }

  /** As `count`; undefined if it is not given. */
  optionalCount(name: string): number | undefined {
    return this.has(name) ? this.count(name, 0) : undefined
  }

  /** Milliseconds; undefined if it is not given. */
  duration(name: string): number | undefined {
    const value = this.#take(name)
    if (value === undefined || value === null) return undefined
    const found = typeof value === 'string' ? /^(\d{1,12}(?:\.\d{1,9})?)s$/.exec(value) : null
    if (found === null) throw this.#wrongType(name, 'a duration from 0 such as "1.5s"', value)
    return Number(found[1]) * 1000
  }

  /** `values` maps the names that are supported; the first is the default. */
  enumeration<T>(name: string, values: Readonly<Record<string, T>>): T {
    const [fallback] = Object.keys(values)
    const value = this.#take(name) ?? fallback
    if (typeof value !== 'string' || !Object.hasOwn(values, value)) {
      throw this.error(
        'unsupported-config',
        `${describe(value)} is not supported; supported: ${Object.keys(values).join(', ')}`,
        name,
      )
    }
    return values[value] as T
  }

  child<T>(name: string, read: Read<T>): T | undefined {
    const value = this.#take(name)
    return value === undefined || value === null ? undefined : new ConfigNode(value, this.at(name)).#all(read)
  }

  list<T>(name: string, read: Read<T>): readonly T[] {
    return this.#items(name).map((item, index) => new ConfigNode(item, `${this.at(name)}[${index}]`).#all(read))
  }

  strings(name: string): readonly string[] {
    return this.#items(name).map((item) => {
      if (typeof item !== 'string') throw this.#wrongType(name, 'a list of strings', item)
      return item
    })
  }

  numbers(name: string): readonly number[] {
    return this.#items(name).map((item) => {
      if (typeof item !== 'number') throw this.#wrongType(name, 'a list of numbers', item)
      return item
    })
  }

  /** Entries of a map of messages, in order. */
  entries<T>(name: string, read: (key: string, node: ConfigNode) => T): readonly T[] {
    const value = this.#take(name) ?? {}
    if (!isRecord(value)) throw this.#wrongType(name, 'an object', value)
    return Object.entries(value).map(([key, item]) =>
      new ConfigNode(item, `${this.at(name)}["${key}"]`).#all((node) => read(key, node)),
    )
  }

  /** The field as it is; for Structs and for what is kept unread. */
  raw(name: string): unknown {
    return this.#take(name)
  }

  /** Reads an Any by its type (without `type.googleapis.com/`). Types that are not in `readers` are refused. */
  typed<T>(name: string, readers: Readonly<Record<string, Read<T>>>): T | undefined {
    return this.child(name, (node) => node.asTyped(readers))
  }

  /** This node itself as an Any. */
  asTyped<T>(readers: Readonly<Record<string, Read<T>>>): T {
    const type = typeName(this.requiredString('@type'))
    if (TYPED_STRUCTS.includes(type)) return this.#typedStruct(readers)
    const read = Object.hasOwn(readers, type) ? readers[type] : undefined
    if (read === undefined) throw this.error('unsupported-config', `the type ${type} is not supported`)
    return read(this)
  }

  /** Declares fields that have no effect on traffic here. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#take(name)
  }

  /** Declares everything in here to be without effect. */
  ignoreAll(): void {
    this.#seen = Object.keys(this.#fields)
  }

  error(code: 'bad-config' | 'unsupported-config', message: string, field?: string): MizzenError {
    return new MizzenError(code, message, { path: field === undefined ? this.path : this.at(field) })
  }

  #typedStruct<T>(readers: Readonly<Record<string, Read<T>>>): T {
    const url = this.requiredString('type_url')
    const value = this.raw('value') ?? {}
    if (!isRecord(value)) throw this.#wrongType('value', 'an object', value)
    return new ConfigNode({ ...value, '@type': url }, this.path).#all((node) => node.asTyped(readers))
  }

  #all<T>(read: Read<T>): T {
    const result = read(this)
    for (const name of Object.keys(this.#fields)) {
      if (this.#seen?.includes(name) === true || isDefault(this.#fields[name])) continue
      throw this.error('unsupported-config', 'is not supported', name)
    }
    return result
  }

  #items(name: string): readonly unknown[] {
    const value = this.#take(name) ?? []
    if (!Array.isArray(value)) throw this.#wrongType(name, 'a list', value)
    return value
  }

  #take(name: string): unknown {
    const key = this.#keyOf(name)
    if (key === undefined) return undefined
    this.#seen ??= []
    this.#seen.push(key)
    return this.#fields[key]
  }

  #peek(name: string): unknown {
    const key = this.#keyOf(name)
    return key === undefined ? undefined : this.#fields[key]
  }

  /** As the field is written here; undefined if it is not. */
  #keyOf(name: string): string | undefined {
    if (Object.hasOwn(this.#fields, name)) return name
    const camel = camelCase(name)
    return camel !== name && Object.hasOwn(this.#fields, camel) ? camel : undefined
  }

  #wrongType(name: string, wanted: string, value: unknown): MizzenError {
    return this.error('bad-config', `expected ${wanted}, not ${describe(value)}`, name)
  }
}

/** `envoy.config.cluster.v3.Cluster` of `type.googleapis.com/envoy.config.cluster.v3.Cluster`. */
export function typeName(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1)
}

/** Of the names that readers ask for. */
const camelCases = new Map<string, string>()

function camelCase(name: string): string {
  const known = camelCases.get(name)
  if (known !== undefined) return known
  const camel = name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  camelCases.set(name, camel)
  return camel
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What protobuf would not even write. An empty message is given, though, and can mean something. */
function isDefault(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    value === false ||
    value === 0 ||
    value === '' ||
    value === '0' ||
    (Array.isArray(value) && value.length === 0)
  )
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
