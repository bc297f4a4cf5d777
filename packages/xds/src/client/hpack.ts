import { BLOCK_OVERHEAD, FIELD_OVERHEAD, HpackDecoder, HpackEncoder, type HpackField } from '../hpack/index.ts'
import { STATIC_TABLE } from '../hpack/static-table.ts'

/** Limits of what a server may answer: fields, and bytes of their names and values. */
const MAX_FIELDS = 100
const MAX_BYTES = 64 * 1024

const plainFields = {
  statics: STATIC_TABLE.map(([name, value]): HpackField => ({ name, value })),
  make: (name: string, value: string): HpackField => ({ name, value }),
}

/** A connection's only header block, and so of literals. */
export function encodeHeaders(headers: readonly (readonly [name: string, value: string])[]): Buffer {
  const encoder = new HpackEncoder()
  const lengths = headers.map(([name, value]) => name.length + value.length + FIELD_OVERHEAD)
  const out = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, BLOCK_OVERHEAD))
  let at = encoder.begin(out, 0)
  for (const [name, value] of headers) at = encoder.field(name, value, out, at)
  return out.subarray(0, at)
}

/**
 * Decodes a header block of a peer that was told to keep no table (SETTINGS_HEADER_TABLE_SIZE 0): what it asks to be
 * remembered is not, and referring to it is an error. Throws MizzenError `bad-hpack`.
 */
export function decodeHeaders(block: Buffer): ReadonlyMap<string, string> {
  const decoded = new HpackDecoder(plainFields, 0).decode(block, 0, block.length, MAX_FIELDS, MAX_BYTES)
  if (decoded.overflow !== '') throw new Error('HTTP/2: too many header fields')
  return new Map(decoded.fields.slice(0, decoded.count).map(({ name, value }) => [name, value]))
}
