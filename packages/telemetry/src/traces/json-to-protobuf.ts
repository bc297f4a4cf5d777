import { WIRE } from '../ingest/wire-cursor.ts'
import { varint } from './wire-message.ts'

/** What a field holds; a list of names is an enum, of which JSON has the number or the name. */
type FieldType =
  | ('text' | 'hex' | 'base64' | 'bool' | 'uint32' | 'int64' | 'double' | 'fixed32' | 'fixed64')
  | readonly string[]
  | (() => MessageShape)

/** Fields by their names in JSON. Whether one is repeated is told by its value, an array. */
export interface MessageShape {
  readonly [name: string]: readonly [field: number, type: FieldType]
}

/** Messages within messages; what lies deeper is left out. */
const MAX_DEPTH = 32

/**
 * A message in JSON as protobuf. What the shape has no place for, or is of another type, is left out.
 * @param value in which integers that a double does not hold are texts
 */
export function encodeMessage(value: unknown, shape: MessageShape, depth = 0): Buffer {
  if (!isObject(value) || depth > MAX_DEPTH) return Buffer.alloc(0)
  const pieces: Buffer[] = []
  for (const [name, given] of Object.entries(value)) {
    const known = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (known === undefined) continue
    for (const one of Array.isArray(given) ? given : [given]) pieces.push(...encodeField(one, known, depth))
  }
  return Buffer.concat(pieces)
}

function encodeField(value: unknown, [field, type]: MessageShape[string], depth: number): readonly Buffer[] {
  const isMessage = typeof type === 'function'
  if (isMessage && !isObject(value)) return []
  const bytes = isMessage ? encodeMessage(value, type(), depth + 1) : encodeScalar(value, type)
  if (bytes === undefined) return []
  const wire = isMessage ? WIRE.bytes : wireOf(type)
  const tag = varint((field << 3) | wire)
  return wire === WIRE.bytes ? [tag, varint(bytes.length), bytes] : [tag, bytes]
}

function wireOf(type: Exclude<FieldType, () => MessageShape>): number {
  if (type === 'text' || type === 'hex' || type === 'base64') return WIRE.bytes
  if (type === 'double' || type === 'fixed64') return WIRE.fixed64
  return type === 'fixed32' ? WIRE.fixed32 : WIRE.varint
}

function encodeScalar(value: unknown, type: Exclude<FieldType, () => MessageShape>): Buffer | undefined {
  if (typeof type !== 'string') return encodeEnum(value, type)
  if (type === 'bool') return typeof value === 'boolean' ? varint(Number(value)) : undefined
  if (type === 'text') return typeof value === 'string' ? Buffer.from(value) : undefined
  if (type === 'hex' || type === 'base64') return typeof value === 'string' ? Buffer.from(value, type) : undefined
  if (type === 'double') return encodeDouble(value)
  const whole = wholeOf(value)
  return whole === undefined ? undefined : encodeWhole(whole, type)
}

function encodeEnum(value: unknown, names: readonly string[]): Buffer | undefined {
  const number = typeof value === 'string' ? names.indexOf(value) : value
  return Number.isSafeInteger(number) && (number as number) >= 0 ? varint(number as number) : undefined
}

/** NaN and infinities are texts in JSON. */
function encodeDouble(value: unknown): Buffer | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(Number(value))
  return bytes
}

function wholeOf(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined
  return typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined
}

function encodeWhole(value: bigint, type: 'uint32' | 'int64' | 'fixed32' | 'fixed64'): Buffer {
  if (type === 'uint32') return varint(Number(BigInt.asUintN(32, value)))
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
  if (type === 'int64') return varint64(BigInt.asUintN(64, value))
  return type === 'fixed32' ? bytes.subarray(0, 4) : bytes
}

function varint64(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
