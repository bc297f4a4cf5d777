import type { WireCursor } from './wire-cursor.ts'

/** The Timestamp or Duration that the field at hand holds (seconds 1, nanos 2), milliseconds. */
export function readTimeMs(cursor: WireCursor): number {
  const end = cursor.enter()
  let seconds = 0
  let nanos = 0
  while (cursor.next()) {
    if (cursor.field === 1) seconds = cursor.varint()
    else if (cursor.field === 2) nanos = cursor.varint()
    else cursor.skip()
  }
  cursor.leave(end)
  return seconds * 1_000 + nanos / 1_000_000
}
