import { MizzenError } from '@mizzen/base'
import type { VirtualHostConfig } from '../config/model.ts'

/** The virtual host of an authority (with its port, as the request has it). */
export type HostLookup = (authority: string) => VirtualHostConfig | undefined

/** Wildcards of one kind, by length of their fixed part, longest first. */
type ByLength = readonly { readonly length: number; readonly hosts: ReadonlyMap<string, VirtualHostConfig> }[]

/**
 * Envoy's order: exact, longest suffix (`*.com`), longest prefix (`www.*`), `*`. Case does not count; a wildcard stands
 * for at least one character. Throws MizzenError `bad-route` for a domain that is given twice.
 * @param later have the domains that are not taken
 */
export function compileHostLookup(
  virtualHosts: readonly VirtualHostConfig[],
  ignorePort: boolean,
  later: readonly VirtualHostConfig[] = [],
): HostLookup {
  const { exact, suffixes, prefixes, any } = sortDomains(virtualHosts, later)
  const find = (host: string) => exact.get(host) ?? bySuffix(suffixes, host) ?? byPrefix(prefixes, host) ?? any
  return (authority) => {
    return find(hostKey(authority, ignorePort))
  }
}

/** An authority as virtual hosts are found by it. */
export function hostKey(authority: string, ignorePort: boolean): string {
  const host = lowerCase(authority)
  return ignorePort ? withoutPort(host) : host
}

function sortDomains(virtualHosts: readonly VirtualHostConfig[], later: readonly VirtualHostConfig[]) {
  const exact = new Map<string, VirtualHostConfig>()
  const suffixes = new Map<number, Map<string, VirtualHostConfig>>()
  const prefixes = new Map<number, Map<string, VirtualHostConfig>>()
  const seen = new Set<string>()
  let any: VirtualHostConfig | undefined
  virtualHosts.forEach((host, index) => {
    host.domains.forEach((given, at) => {
      const domain = given.toLowerCase()
      const path = `virtual_hosts[${index}].domains[${at}]`
      if (seen.has(domain)) throw new MizzenError('bad-route', `the domain "${given}" is given twice`, { path })
      add(domain, host)
    })
  })
  for (const host of later) {
    for (const given of host.domains) if (!seen.has(given.toLowerCase())) add(given.toLowerCase(), host)
  }
  return { exact, suffixes: longestFirst(suffixes), prefixes: longestFirst(prefixes), any }

  function add(domain: string, host: VirtualHostConfig): void {
    seen.add(domain)
    if (domain === '*') any = host
    else if (domain.startsWith('*')) put(suffixes, domain.slice(1), host)
    else if (domain.endsWith('*')) put(prefixes, domain.slice(0, -1), host)
    else exact.set(domain, host)
  }
}

function put(byLength: Map<number, Map<string, VirtualHostConfig>>, part: string, host: VirtualHostConfig): void {
  const hosts = byLength.get(part.length) ?? new Map<string, VirtualHostConfig>()
  hosts.set(part, host)
  byLength.set(part.length, hosts)
}

function longestFirst(byLength: ReadonlyMap<number, ReadonlyMap<string, VirtualHostConfig>>): ByLength {
  return [...byLength].map(([length, hosts]) => ({ length, hosts })).sort((a, b) => b.length - a.length)
}

function bySuffix(suffixes: ByLength, host: string): VirtualHostConfig | undefined {
  for (const { length, hosts } of suffixes) {
    const found = length < host.length ? hosts.get(host.slice(host.length - length)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function byPrefix(prefixes: ByLength, host: string): VirtualHostConfig | undefined {
  for (const { length, hosts } of prefixes) {
    const found = length < host.length ? hosts.get(host.slice(0, length)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** Most are lower case already, and then the string stays the same one. */
function lowerCase(host: string): string {
  return /[A-Z]/.test(host) ? host.toLowerCase() : host
}

/** Without a final `:port`; the brackets of an IPv6 address stay. */
function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':')
  if (colon === -1 || host.endsWith(']')) return host
  return host.slice(0, colon)
}
