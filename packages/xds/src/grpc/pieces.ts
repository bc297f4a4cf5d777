/** What is shorter is copied, which costs less than a write of its own; what is longer stays as it is. */
const SHORT_BYTES = 4 * 1024

/**
 * The same bytes in fewer pieces: neighbours that are short become one.
 * @param join makes that one; by default it may be a part of Node's pool, which is for what does not live long
 */
export function withShortOnesJoined(
  pieces: Iterable<Uint8Array>,
  join: (short: readonly Uint8Array[]) => Uint8Array = Buffer.concat,
): Uint8Array[] {
  const joined: Uint8Array[] = []
  let short: Uint8Array[] = []
  const flush = () => {
    if (short.length > 0) joined.push(short.length === 1 ? (short[0] as Uint8Array) : join(short))
    short = []
  }
  for (const piece of pieces) {
    if (piece.byteLength < SHORT_BYTES) short.push(piece)
    else {
      flush()
      joined.push(piece)
    }
  }
  flush()
  return joined
}
