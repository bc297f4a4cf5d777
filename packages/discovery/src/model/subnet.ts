/** An address with the number of bits that count (CIDR). */
export interface Subnet {
  readonly address: string
  readonly bits: number
}

/** CIDR, or a single address. */
export function parseSubnet(text: string): Subnet {
  const [address = '', bits] = text.split('/')
  return { address, bits: bits === undefined ? widthOf(address) : Number(bits) }
}

/** The same text for all ways to write a range: 10.1.2.3/8 is 10.0.0.0/8. */
export function maskedSubnet(text: string): string {
  const { address, bits } = parseSubnet(text)
  const width = widthOf(address)
  const kept = (numberOf(address) >> BigInt(Math.max(0, width - bits))) << BigInt(Math.max(0, width - bits))
  return `${width}:${kept.toString(16)}/${bits}`
}

function widthOf(address: string): 32 | 128 {
  return address.includes(':') ? 128 : 32
}

function numberOf(address: string): bigint {
  if (widthOf(address) === 32) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
  // The form that URLs give an address: lower case, one `::` for the longest row of zeros.
  const [before = '', after] = new URL(`http://[${address.split('%')[0]}]`).hostname.slice(1, -1).split('::')
  const groups = (part: string | undefined) => (part ? part.split(':') : [])
  const zeros = after === undefined ? 0 : 8 - groups(before).length - groups(after).length
  const all = [...groups(before), ...Array<string>(zeros).fill('0'), ...groups(after)]
  return all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
}
