import { hash } from 'node:crypto'

/** A name for a content, 64 bits as hexadecimal digits. */
export function digest(content: Uint8Array | string): string {
  return hash('sha256', content, 'hex').slice(0, 16)
}
