import { promises as dns } from 'node:dns'
import { isIPv6 } from 'node:net'
import type { DnsFamily } from '../config/model.ts'
import type { DnsAnswer, Resolve } from './host-resolution.ts'

/** What resolvers say of a name that is not there, or has no address. */
const NO_ADDRESS = ['ENOTFOUND', 'ENODATA']

/**
 * The system's resolver: /etc/hosts, then DNS. It does not say how long an answer holds; where that is wanted DNS is asked
 * by itself first, and the system for what DNS does not know.
 */
export const systemResolve: Resolve = async (host, family, wantTtl) => {
  const answer = wantTtl ? await fromDns(host, family) : undefined
  return answer ?? fromSystem(host, family)
}

async function fromSystem(host: string, family: DnsFamily): Promise<DnsAnswer> {
  try {
    const found = await dns.lookup(host, { all: true, order: 'verbatim' })
    return { addresses: ofFamily([...new Set(found.map(({ address }) => address))], family) }
  } catch (error) {
    if (hasNoAddress(error)) return { addresses: [] }
    throw error
  }
}

/** undefined if DNS does not know the name. */
async function fromDns(host: string, family: DnsFamily): Promise<DnsAnswer | undefined> {
  const [v4, v6] = await Promise.all([
    family === 'v6-only' ? [] : dns.resolve4(host, { ttl: true }).catch(emptyIfNone),
    family === 'v4-only' ? [] : dns.resolve6(host, { ttl: true }).catch(emptyIfNone),
  ])
  const all = [...v6, ...v4]
  const addresses = ofFamily(
    all.map(({ address }) => address),
    family,
  )
  if (addresses.length === 0) return undefined
  return { addresses, ttlMs: Math.min(...all.map(({ ttl }) => ttl)) * 1000 }
}

/** Envoy's dns_lookup_family. */
export function ofFamily(addresses: readonly string[], family: DnsFamily): readonly string[] {
  const v6 = addresses.filter(isIPv6)
  const v4 = addresses.filter((address) => !isIPv6(address))
  switch (family) {
    case 'v4-only':
      return v4
    case 'v6-only':
      return v6
    case 'v4-preferred':
      return v4.length > 0 ? v4 : v6
    case 'auto':
      return v6.length > 0 ? v6 : v4
    case 'all':
      return addresses
  }
}

function emptyIfNone(error: unknown): [] {
  if (hasNoAddress(error)) return []
  throw error
}

function hasNoAddress(error: unknown): boolean {
  return NO_ADDRESS.includes((error as NodeJS.ErrnoException).code ?? '')
}
