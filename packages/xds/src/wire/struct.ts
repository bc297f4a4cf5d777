import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** The JSON values that a google.protobuf.Struct can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Deeper values are refused: they come from the other side of a connection, and are read recursively. */
const MAX_DEPTH = 32

/** google.protobuf.Struct: `map<string, Value> fields = 1`. Values that JSON leaves out (undefined, functions) are left out. */
export function encodeStruct(value: Readonly<Record<string, unknown>>): Uint8Array {
  return writeStruct(new BinaryWriter(), JSON.parse(JSON.stringify(value)) as Record<string, Json>).finish()
}

function writeStruct(writer: BinaryWriter, fields: { readonly [key: string]: Json }): BinaryWriter {
  for (const [key, value] of Object.entries(fields)) {
    writer.tag(1, WireType.LengthDelimited).fork()
    writer.tag(1, WireType.LengthDelimited).string(key)
    writeValue(writer.tag(2, WireType.LengthDelimited).fork(), value).join()
    writer.join()
  }
  return writer
}

/** google.protobuf.Value: null 1, number 2, string 3, bool 4, struct 5, list 6. */
function writeValue(writer: BinaryWriter, value: Json): BinaryWriter {
  if (value === null) return writer.tag(1, WireType.Varint).int32(0)
  if (typeof value === 'number') return writer.tag(2, WireType.Bit64).double(value)
  if (typeof value === 'string') return writer.tag(3, WireType.LengthDelimited).string(value)
  if (typeof value === 'boolean') return writer.tag(4, WireType.Varint).bool(value)
  if (!Array.isArray(value)) {
    writer.tag(5, WireType.LengthDelimited).fork()
    return writeStruct(writer, value as { readonly [key: string]: Json }).join()
  }
  writer.tag(6, WireType.LengthDelimited).fork()
  for (const item of value) writeValue(writer.tag(1, WireType.LengthDelimited).fork(), item).join()
  return writer.join()
}

/** Throws on bytes that are no Struct, and on one nested more than 32 deep. */
export function decodeStruct(bytes: Uint8Array, depth = 0): Record<string, Json> {
  if (depth > MAX_DEPTH) throw new Error(`struct nested more than ${MAX_DEPTH} deep`)
  const reader = new BinaryReader(bytes)
  const fields: [string, Json][] = []
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1) fields.push(readField(reader.bytes(), depth))
    else reader.skip(wire, field)
  }
  return Object.fromEntries(fields)
}

function readField(bytes: Uint8Array, depth: number): [string, Json] {
  const reader = new BinaryReader(bytes)
  let key = ''
  let value: Json = null
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1) key = reader.string()
    else if (field === 2) value = readValue(reader.bytes(), depth)
    else reader.skip(wire, field)
  }
  return [key, value]
}

function readValue(bytes: Uint8Array, depth: number): Json {
  const reader = new BinaryReader(bytes)
  let value: Json = null
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 2) value = reader.double()
    else if (field === 3) value = reader.string()
    else if (field === 4) value = reader.bool()
    else if (field === 5) value = decodeStruct(reader.bytes(), depth + 1)
    else if (field === 6) value = readList(reader.bytes(), depth + 1)
    else reader.skip(wire, field)
  }
  return value
}

function readList(bytes: Uint8Array, depth: number): Json[] {
  if (depth > MAX_DEPTH) throw new Error(`struct nested more than ${MAX_DEPTH} deep`)
  const reader = new BinaryReader(bytes)
  const items: Json[] = []
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (field === 1) items.push(readValue(reader.bytes(), depth))
    else reader.skip(wire, field)
  }
  return items
}
