import type { Random } from '@mizzen/base'

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** A version 4 UUID (RFC 9562 5.4). For telling requests apart, not for secrets. */
export function createRequestId(random: Random): string {
  const a = (random() * 0x1_0000_0000) >>> 0
  const b = (random() * 0x1_0000_0000) >>> 0
  const c = (random() * 0x1_0000_0000) >>> 0
  const d = (random() * 0x1_0000_0000) >>> 0
  return `${word(a)}-${half(b >>> 16)}-${half((b & 0x0fff) | 0x4000)}-${half(((c >>> 16) & 0x3fff) | 0x8000)}-${half(c & 0xffff)}${word(d)}`
}

function word(value: number): string {
  return half(value >>> 16) + half(value & 0xffff)
}

function half(value: number): string {
  return (HEX[value >>> 8] as string) + (HEX[value & 0xff] as string)
}
