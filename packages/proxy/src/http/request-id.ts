import type { Random } from '@mizzen/base'

const DIGITS = Buffer.from('0123456789abcdef', 'latin1')
/** Where ids are made; their dashes stay. */
const TEXT = Buffer.from('00000000-0000-0000-0000-000000000000', 'latin1')

/** A version 4 UUID (RFC 9562 5.4). For telling requests apart, not for secrets. */
export function createRequestId(random: Random): string {
  const middle = word(random)
  const clock = word(random)
  put(word(random), 0, 8)
  put(middle >>> 16, 9, 4)
  put((middle & 0x0fff) | 0x4000, 14, 4)
  put(((clock >>> 16) & 0x3fff) | 0x8000, 19, 4)
  put(clock, 24, 4)
  put(word(random), 28, 8)
  return TEXT.toString('latin1')
}

function word(random: Random): number {
  return (random() * 0x1_0000_0000) >>> 0
}

/** The last `digits` hexadecimal digits of `value`. */
function put(value: number, at: number, digits: number): void {
  let rest = value
  for (let index = at + digits - 1; index >= at; index -= 1) {
    TEXT[index] = DIGITS[rest & 15] as number
    rest >>>= 4
  }
}
