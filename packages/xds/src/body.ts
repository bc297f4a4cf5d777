/**
 * An encoded message. In pieces if it is long and most of it stays when a part of it changes: the bytes of a message are those
 * of its fields, one after the other, and pieces go on the wire as they are.
 */
export type EncodedBody = Uint8Array | readonly Uint8Array[]

export function piecesOf(body: EncodedBody): readonly Uint8Array[] {
  return body instanceof Uint8Array ? [body] : body
}

/** As one array of bytes; a copy, if there are pieces. */
export function wholeBody(body: EncodedBody): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.concat(body)
}
