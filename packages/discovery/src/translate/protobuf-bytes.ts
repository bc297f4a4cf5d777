import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

export { joinedBytes as joined } from '@mizzen/xds'

/**
 * Messages from parts that are encoded already. In protobuf's wire format the fields of a message may stand in any order and
 * in any number of pieces, so the bytes of a message are the bytes of some of its fields, one after the other.
 * https://protobuf.dev/programming-guides/encoding/#order
 */

/** `bytes` as a field of the message around it: tag, length, content. */
export function field(number: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(bytes).finish()
}

/** Tag and length alone, of a field whose content follows. */
export function fieldHead(number: number, length: number): Uint8Array {
  return new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(length).finish()
}
