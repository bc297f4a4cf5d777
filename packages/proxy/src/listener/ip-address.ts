import { isIP } from 'node:net'

/** An IP address as a number. */
export interface IpAddress {
  readonly bits: 32 | 128
  readonly value: bigint
}

/** undefined if `text` is no IP address. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const version = isIP(text)
  if (version === 4) return { bits: 32, value: parseV4(text) }
  if (version === 6) return { bits: 128, value: parseV6(text) }
  return undefined
}

/** The first `length` bits, the others 0. */
export function maskIpAddress({ bits, value }: IpAddress, length: number): bigint {
  const rest = BigInt(bits - length)
  return (value >> rest) << rest
}

function parseV4(text: string): bigint {
  return text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

function parseV6(text: string): bigint {
  const [plain = ''] = text.split('%')
  const [head = '', tail] = plain.split('::')
  const left = groups(head)
  if (tail === undefined) return join(left)
  const right = groups(tail)
  return join([...left, ...new Array<bigint>(8 - left.length - right.length).fill(0n), ...right])
}

/** Groups of 16 bits; an IPv4 address at the end is two of them. */
function groups(text: string): readonly bigint[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)]
    const value = parseV4(group)
    return [value >> 16n, value & 0xffffn]
  })
}

function join(all: readonly bigint[]): bigint {
  return all.reduce((value, group) => (value << 16n) | group, 0n)
}
