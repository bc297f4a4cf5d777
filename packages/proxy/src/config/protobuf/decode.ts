import { MizzenError } from '@mizzen/base'
import { type Field, fieldsOf, isKnown, valuesOf } from './schema.ts'
import { decodeList, decodeStruct, decodeValue, type Json, type JsonObject } from './struct.ts'
import { WireReader, WireType } from './wire-reader.ts'

/** Envoy's messages nest about twelve deep; more is an attack or an error. */
const MAX_DEPTH = 100

/**
 * Decodes a message to protobuf's JSON form with the field names of the .proto file (snake case), as Envoy's
 * `/config_dump` shows it: durations are `1.5s`, wrappers their value, 64-bit numbers strings, enums names, and an Any
 * is its message with `@type`. Fields at their default are left out, as on the wire.
 *
 * Throws MizzenError `bad-protobuf` for invalid bytes, and for fields that the message does not have.
 */
export function decodeMessage(type: string, bytes: Uint8Array, path = '', depth = 0): JsonObject {
  if (depth > MAX_DEPTH) throw new MizzenError('bad-protobuf', 'messages nest too deeply', { path })
  const fields = fieldsOf(type)
  const reader = new WireReader(bytes)
  const result: Record<string, Json> = {}
  while (!reader.done) {
    const { field: number, wireType } = reader.tag()
    const field = fields.get(number)
    if (field === undefined) {
      throw new MizzenError('bad-protobuf', `${type} has no field number ${number} that is known here`, { path })
    }
    readField(reader, wireType, field, result, path === '' ? field.name : `${path}.${field.name}`, depth)
  }
  return result
}

function readField(
  reader: WireReader,
  wireType: number,
  field: Field,
  into: Record<string, Json>,
  path: string,
  depth: number,
): void {
  if (field.map) {
    const [key, value] = decodeMapEntry(reader.bytes(), field, path, depth)
    const map = (into[field.name] ??= {}) as Record<string, Json>
    map[key] = value
    return
  }
  if (!field.repeated) {
    into[field.name] = readOne(reader, field, path, depth)
    return
  }
  const list = (into[field.name] ??= []) as Json[]
  if (wireType === WireType.bytes && isPackable(field)) {
    const packed = new WireReader(reader.bytes())
    while (!packed.done) list.push(readOne(packed, field, path, depth))
  } else {
    list.push(readOne(reader, field, `${path}[${list.length}]`, depth))
  }
}

function decodeMapEntry(bytes: Uint8Array, field: Field, path: string, depth: number): [string, Json] {
  const reader = new WireReader(bytes)
  let key = ''
  let value: Json | undefined
  while (!reader.done) {
    const { field: number, wireType } = reader.tag()
    if (number === 1) key = wireType === WireType.varint ? String(reader.uint32()) : reader.string()
    else if (number === 2) value = readOne(reader, field, `${path}["${key}"]`, depth)
    else reader.skip(wireType)
  }
  return [key, value ?? SCALARS[field.type]?.fallback ?? {}]
}

function readOne(reader: WireReader, { type, isEnum }: Field, path: string, depth: number): Json {
  const scalar = SCALARS[type]
  if (scalar !== undefined) return scalar.read(reader)
  if (isEnum) {
    const number = reader.int32()
    return valuesOf(type).get(number) ?? number
  }
  const wellKnown = WELL_KNOWN[type]
  const body = reader.bytes()
  return wellKnown === undefined ? decodeMessage(type, body, path, depth + 1) : wellKnown(body, path, depth + 1)
}

interface Scalar {
  readonly read: (reader: WireReader) => Json
  readonly fallback: Json
}

const SCALARS: Readonly<Record<string, Scalar>> = {
  string: { read: (reader) => reader.string(), fallback: '' },
  bytes: { read: (reader) => base64(reader.bytes()), fallback: '' },
  bool: { read: (reader) => reader.bool(), fallback: false },
  int32: { read: (reader) => reader.int32(), fallback: 0 },
  uint32: { read: (reader) => reader.uint32(), fallback: 0 },
  sint32: { read: (reader) => unzigzag(reader.uint32()), fallback: 0 },
  fixed32: { read: (reader) => reader.fixed32(), fallback: 0 },
  int64: { read: (reader) => String(reader.int64()), fallback: '0' },
  uint64: { read: (reader) => String(reader.uint64()), fallback: '0' },
  fixed64: { read: (reader) => String(reader.fixed64()), fallback: '0' },
  double: { read: (reader) => number(reader.double()), fallback: 0 },
  float: { read: (reader) => number(reader.float()), fallback: 0 },
}

function isPackable({ type, isEnum }: Field): boolean {
  return type !== 'string' && type !== 'bytes' && (SCALARS[type] !== undefined || isEnum)
}

/** Messages that have a JSON form of their own. */
const WELL_KNOWN: Readonly<Record<string, (bytes: Uint8Array, path: string, depth: number) => Json>> = {
  'google.protobuf.Any': decodeAny,
  'google.protobuf.Struct': (bytes, _path, depth) => decodeStruct(bytes, depth),
  'google.protobuf.Value': (bytes, _path, depth) => decodeValue(bytes, depth),
  'google.protobuf.ListValue': (bytes, _path, depth) => decodeList(bytes, depth),
  'google.protobuf.Duration': decodeDuration,
  'google.protobuf.Timestamp': decodeTimestamp,
  'google.protobuf.BoolValue': wrapper('bool'),
  'google.protobuf.StringValue': wrapper('string'),
  'google.protobuf.BytesValue': wrapper('bytes'),
  'google.protobuf.Int32Value': wrapper('int32'),
  'google.protobuf.UInt32Value': wrapper('uint32'),
  'google.protobuf.Int64Value': wrapper('int64'),
  'google.protobuf.UInt64Value': wrapper('uint64'),
  'google.protobuf.FloatValue': wrapper('float'),
  'google.protobuf.DoubleValue': wrapper('double'),
}

function wrapper(type: string): (bytes: Uint8Array) => Json {
  const { read, fallback } = SCALARS[type] as Scalar
  return (bytes) => firstField(bytes, read) ?? fallback
}

function firstField(bytes: Uint8Array, read: (reader: WireReader) => Json): Json | undefined {
  const reader = new WireReader(bytes)
  let value: Json | undefined
  while (!reader.done) {
    const { field, wireType } = reader.tag()
    if (field === 1) value = read(reader)
    else reader.skip(wireType)
  }
  return value
}

/** A message of a type that is not known stays as it is: `@type` and its bytes in base64; whoever needs it refuses it. */
function decodeAny(bytes: Uint8Array, path: string, depth: number): Json {
  const reader = new WireReader(bytes)
  let url = ''
  let body: Uint8Array = new Uint8Array()
  while (!reader.done) {
    const { field, wireType } = reader.tag()
    if (field === 1) url = reader.string()
    else if (field === 2) body = reader.bytes()
    else reader.skip(wireType)
  }
  const type = url.slice(url.lastIndexOf('/') + 1)
  const wellKnown = WELL_KNOWN[type]
  if (wellKnown !== undefined) return { '@type': url, value: wellKnown(body, path, depth) }
  if (!isKnown(type)) return { '@type': url, value: base64(body) }
  return { '@type': url, ...decodeMessage(type, body, path, depth) }
}

/** `seconds` and `nanos` as `1.5s`. */
function decodeDuration(bytes: Uint8Array): Json {
  const { seconds, nanos } = decodeTime(bytes)
  const sign = seconds < 0n || nanos < 0 ? '-' : ''
  const whole = seconds < 0n ? -seconds : seconds
  return `${sign}${whole}${fraction(Math.abs(nanos))}s`
}

function decodeTimestamp(bytes: Uint8Array): Json {
  const { seconds, nanos } = decodeTime(bytes)
  const date = new Date(Number(seconds) * 1000)
  if (Number.isNaN(date.getTime())) throw new MizzenError('bad-protobuf', 'invalid protobuf: a timestamp out of range')
  return `${date.toISOString().slice(0, 19)}${fraction(nanos)}Z`
}

function decodeTime(bytes: Uint8Array): { seconds: bigint; nanos: number } {
  const reader = new WireReader(bytes)
  let seconds = 0n
  let nanos = 0
  while (!reader.done) {
    const { field, wireType } = reader.tag()
    if (field === 1) seconds = reader.int64()
    else if (field === 2) nanos = reader.int32()
    else reader.skip(wireType)
  }
  return { seconds, nanos }
}

/** Nanoseconds as protobuf's JSON prints them: nothing, or 3, 6 or 9 digits. */
function fraction(nanos: number): string {
  if (nanos === 0) return ''
  const digits = String(nanos).padStart(9, '0')
  if (digits.endsWith('000000')) return `.${digits.slice(0, 3)}`
  return digits.endsWith('000') ? `.${digits.slice(0, 6)}` : `.${digits}`
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** JSON has no infinities; protobuf's JSON form names them. */
function number(value: number): Json {
  return Number.isFinite(value) ? value : String(value)
}

function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1)
}
