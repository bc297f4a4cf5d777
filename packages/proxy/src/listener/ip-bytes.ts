import { parseIpAddress } from './ip-address.ts'

/** The text of an IP address of 4 or 16 bytes in network order, as inet_ntop writes it (RFC 5952). */
export function ipText(bytes: Buffer, at: number, length: 4 | 16): string {
  if (length === 4) return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(at + 2 * index))
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${ipText(bytes, at + 12, 4)}`
  }
  const zeros = longestZeros(groups)
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':')
  if (zeros.length < 2) return hex(groups)
  return `${hex(groups.slice(0, zeros.start))}::${hex(groups.slice(zeros.start + zeros.length))}`
}

/** The bytes of an IP address, 4 or 16; undefined if `text` is none. */
export function ipBytes(text: string): Buffer | undefined {
  const address = parseIpAddress(text)
  if (address === undefined) return undefined
  return Buffer.from(address.value.toString(16).padStart(address.bits / 4, '0'), 'hex')
}

/** The first of the longest runs of zeros. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start }
  })
  return best
}
