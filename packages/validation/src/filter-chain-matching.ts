import { BlockList, isIP } from 'node:net'
import type { Connection } from './connection.ts'
import type { ChainMatchJson, CidrJson, FilterChainJson, ListenerJson } from './xds-json.ts'

/** How well a chain fits in one respect: undefined not at all, 0 it does not ask, and more the better. */
type Fit = (match: ChainMatchJson, connection: Connection) => number | undefined

/**
 * The respects in Envoy's order. Each leaves the chains that fit best and drops the rest for good: a chain that asks for
 * nothing may lose to one that fits first and fails later, and then the default chain is what is left.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener_components.proto (FilterChainMatch)
 */
const RESPECTS: readonly Fit[] = [
  (match, { port }) => fitOf(match.destinationPort, (wanted) => (wanted === port ? 1 : undefined)),
  (match, { address }) => fitOf(nonEmpty(match.prefixRanges), (ranges) => longestPrefix(ranges, address)),
  (match, { serverName }) => fitOf(nonEmpty(match.serverNames), (names) => closestName(names, serverName)),
  (match, { transport }) => fitOf(match.transportProtocol || undefined, (one) => (one === transport ? 1 : undefined)),
  (match, { applicationProtocol }) =>
    fitOf(nonEmpty(match.applicationProtocols), (all) => (all.includes(applicationProtocol) ? 1 : undefined)),
]

/** The chains that take this connection: mostly one, else the default one, or none. */
export function matchingChains(listener: ListenerJson, connection: Connection): readonly FilterChainJson[] {
  let left = listener.filterChains ?? []
  for (const respect of RESPECTS) left = best(left, (chain) => respect(chain.filterChainMatch ?? {}, connection))
  if (left.length > 0) return left
  return listener.defaultFilterChain === undefined ? [] : [listener.defaultFilterChain]
}

/** What a chain asks for, in a few words. */
export function reasonOf({ filterChainMatch = {} }: FilterChainJson): string {
  const {
    destinationPort,
    prefixRanges = [],
    serverNames = [],
    transportProtocol,
    applicationProtocols = [],
  } = filterChainMatch
  const asked = [
    ...(destinationPort === undefined ? [] : [`port ${destinationPort}`]),
    ...prefixRanges.map(({ addressPrefix, prefixLen = 0 }) => `${addressPrefix}/${prefixLen}`),
    ...serverNames.map((name) => `server name ${name}`),
    ...(transportProtocol ? [transportProtocol] : []),
    ...applicationProtocols,
  ]
  return asked.length === 0 ? 'it takes all' : `it takes ${asked.join(', ')}`
}

function best(chains: readonly FilterChainJson[], fit: (chain: FilterChainJson) => number | undefined) {
  const fitting = chains.flatMap((chain) => {
    const value = fit(chain)
    return value === undefined ? [] : [{ chain, value }]
  })
  const most = Math.max(...fitting.map(({ value }) => value))
  return fitting.filter(({ value }) => value === most).map(({ chain }) => chain)
}

function fitOf<T>(wanted: T | undefined, fit: (wanted: T) => number | undefined): number | undefined {
  return wanted === undefined ? 0 : fit(wanted)
}

function nonEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list !== undefined && list.length > 0 ? list : undefined
}

function longestPrefix(ranges: readonly CidrJson[], address: string): number | undefined {
  const lengths = ranges.filter((range) => holds(range, address)).map(({ prefixLen = 0 }) => prefixLen + 1)
  return lengths.length === 0 ? undefined : Math.max(...lengths)
}

function holds({ addressPrefix, prefixLen = 0 }: CidrJson, address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(address) === 0 || isIP(addressPrefix) !== isIP(address)) return false
  const range = new BlockList()
  range.addSubnet(addressPrefix, prefixLen, family)
  return range.check(address, family)
}

/** The name itself before wildcards, and long wildcards before short ones. */
function closestName(names: readonly string[], serverName: string): number | undefined {
  if (serverName !== '' && names.includes(serverName)) return Number.MAX_SAFE_INTEGER
  const ends = names.filter((name) => name.startsWith('*.') && serverName.endsWith(name.slice(1)))
  return ends.length === 0 ? undefined : Math.max(...ends.map((name) => name.length))
}
