import { WireCursor } from './wire-cursor.ts'

/** The messages that are in a field. */
export function* partsOf(message: Buffer, field: number): Generator<Buffer> {
  const cursor = new WireCursor(message)
  while (cursor.next()) {
    if (cursor.field === field) yield cursor.part()
    else cursor.skip()
  }
}
