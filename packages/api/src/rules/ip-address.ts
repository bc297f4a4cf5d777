import { isIP } from 'node:net'

export function isIpAddress(text: string): boolean {
  // Nearly all texts are names, and the look at an IPv6 address is dear: one has a colon, one of IPv4 begins with a digit.
  return /^\d|:/.test(text) && isIP(text) !== 0
}

/** An address, or a block as 10.0.0.0/8. */
export function isSubnet(text: string): boolean {
  const slash = text.indexOf('/')
  if (slash === -1) return isIpAddress(text)
  const bits = text.slice(slash + 1)
  const version = isIP(text.slice(0, slash))
  return version !== 0 && /^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
}
