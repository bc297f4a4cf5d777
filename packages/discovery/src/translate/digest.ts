import { createHash } from 'node:crypto'

/** A name for a content, 64 bits as hexadecimal digits. */
export function digest(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16)
}
