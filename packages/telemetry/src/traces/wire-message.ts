/** A protobuf message: whole numbers (up to 2^31), and bytes, by their field. */
export function message(fields: readonly (readonly [field: number, value: number | Buffer])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([field, value]) =>
      typeof value === 'number'
        ? [varint(field << 3), varint(value)]
        : [varint((field << 3) | 2), varint(value.length), value],
    ),
  )
}

export function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}
