/** Fields of a message: numbers as varints, bigints as fixed64, texts and bytes with their length. */
export type Fields = readonly (readonly [field: number, value: number | bigint | string | Uint8Array])[]

export function protobuf(fields: Fields): Buffer {
  return Buffer.concat(
    fields.flatMap(([field, value]) => {
      if (typeof value === 'number') return [varint(field * 8), varint(value)]
      if (typeof value === 'bigint') return [varint(field * 8 + 1), fixed64(value)]
      const bytes = Buffer.from(value as string)
      return [varint(field * 8 + 2), varint(bytes.length), bytes]
    }),
  )
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 0x80)
  return Buffer.from([...bytes, rest])
}

function fixed64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}
