import { WireReader, WireType } from './wire-reader.ts'

/** google.protobuf.Struct as the JSON object that it stands for. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** Deeper nesting is refused: it would only serve to exhaust the stack. */
const MAX_DEPTH = 64

/** Throws MizzenError `bad-protobuf`. */
export function decodeStruct(bytes: Uint8Array, depth = 0): JsonObject {
  if (depth > MAX_DEPTH) throw new RangeError('google.protobuf.Struct nests too deeply')
  const reader = new WireReader(bytes)
  const result: Record<string, Json> = Object.create(null)
  while (!reader.done) {
    const { field, wireType } = reader.tag()
    if (field !== 1 || wireType !== WireType.bytes) {
      reader.skip(wireType)
      continue
    }
    const [key, value] = decodeEntry(reader.bytes(), depth)
    result[key] = value
  }
  return { ...result }
}

function decodeEntry(bytes: Uint8Array, depth: number): [string, Json] {
  const reader = new WireReader(bytes)
  let key = ''
  let value: Json = null
  while (!reader.done) {
    const { field, wireType } = reader.tag()
    if (field === 1 && wireType === WireType.bytes) key = reader.string()
    else if (field === 2 && wireType === WireType.bytes) value = decodeValue(reader.bytes(), depth + 1)
    else reader.skip(wireType)
  }
  return [key, value]
}

/** google.protobuf.Value: 1 null, 2 number, 3 string, 4 bool, 5 struct, 6 list. */
export function decodeValue(bytes: Uint8Array, depth = 0): Json {
  const reader = new WireReader(bytes)
  let value: Json = null
  while (!reader.done) {
    const { field, wireType } = reader.tag()
    if (field === 2 && wireType === WireType.fixed64) value = reader.double()
    else if (field === 3 && wireType === WireType.bytes) value = reader.string()
    else if (field === 4 && wireType === WireType.varint) value = reader.uint32() !== 0
    else if (field === 5 && wireType === WireType.bytes) value = decodeStruct(reader.bytes(), depth + 1)
    else if (field === 6 && wireType === WireType.bytes) value = decodeList(reader.bytes(), depth + 1)
    else reader.skip(wireType)
  }
  return value
}

export function decodeList(bytes: Uint8Array, depth = 0): readonly Json[] {
  const reader = new WireReader(bytes)
  const items: Json[] = []
  while (!reader.done) {
    const { field, wireType } = reader.tag()
    if (field === 1 && wireType === WireType.bytes) items.push(decodeValue(reader.bytes(), depth + 1))
    else reader.skip(wireType)
  }
  return items
}

/** The bytes of a google.protobuf.Struct. */
export function encodeStruct(value: JsonObject): Buffer {
  return Buffer.concat(
    Object.entries(value).map(([key, item]) =>
      delimited(1, Buffer.concat([delimited(1, Buffer.from(key)), delimited(2, encodeValue(item))])),
    ),
  )
}

function encodeValue(value: Json): Buffer {
  if (value === null) return Buffer.from([1 << 3, 0])
  if (typeof value === 'boolean') return Buffer.from([4 << 3, value ? 1 : 0])
  if (typeof value === 'string') return delimited(3, Buffer.from(value))
  if (typeof value === 'number') {
    const buffer = Buffer.alloc(9)
    buffer[0] = (2 << 3) | WireType.fixed64
    buffer.writeDoubleLE(value, 1)
    return buffer
  }
  if (Array.isArray(value)) return delimited(6, Buffer.concat(value.map((item) => delimited(1, encodeValue(item)))))
  return delimited(5, encodeStruct(value as JsonObject))
}

function delimited(field: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | WireType.bytes, ...varint(body.length)]), body])
}

function varint(value: number): readonly number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return [...bytes, rest]
}
