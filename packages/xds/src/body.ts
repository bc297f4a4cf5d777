/**
 * An encoded message. In pieces if it is long and most of it stays when a part of it changes: the bytes of a message are those
 * of its fields, one after the other, and pieces go on the wire as they are.
 */
export type EncodedBody = Uint8Array | readonly Uint8Array[]

/** In order; they are not copied. */
export function piecesOf(body: EncodedBody): readonly Uint8Array[] {
  return body instanceof Uint8Array ? [body] : body
}

/** As one array of bytes; a copy, if there are pieces. */
export function wholeBody(body: EncodedBody): Uint8Array {
  return body instanceof Uint8Array ? body : joinedBytes(body)
}

/**
 * These, one after the other, in memory of their own. Node's pool, of which short buffers are parts, is for what does not live
 * long: each part that stays keeps 64 KiB of garbage with it.
 */
export function joinedBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = Buffer.allocUnsafeSlow(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}
