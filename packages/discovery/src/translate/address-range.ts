import { parseSubnet } from '../model/subnet.ts'

/** Envoy's CidrRange. */
export function addressRange(text: string) {
  const { address, bits } = parseSubnet(text)
  return { addressPrefix: address, prefixLen: bits }
}
