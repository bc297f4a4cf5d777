/** What is shorter is copied, which costs less than a write of its own; what is longer stays as it is. */
const SHORT_BYTES = 4 * 1024

/** The same bytes in fewer pieces: neighbours that are short become one. */
export function withShortOnesJoined(pieces: Iterable<Uint8Array>): Uint8Array[] {
  const joined: Uint8Array[] = []
  let short: Uint8Array[] = []
  const flush = () => {
    if (short.length > 0) joined.push(short.length === 1 ? (short[0] as Uint8Array) : Buffer.concat(short))
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
