import { parseDomainName } from './cluster-name.ts'
import { lostDomains, type VirtualHostPlan } from './virtual-host.ts'

/**
 * The virtual hosts of a route configuration that is for one port (`80`) or for one service on it (`host:81`). The port is
 * known there, and no part of the domains.
 */
export function routeConfigurationHosts(routeName: string, hosts: readonly VirtualHostPlan[]): VirtualHostPlan[] {
  const wanted = hosts.flatMap((host) => {
    const called = parseDomainName(host.name)
    if (called === undefined || (host.name !== routeName && String(called.port) !== routeName)) return []
    return [{ ...host, domains: withoutPort(host.domains, called.port) }]
  })
  const lost = lostDomains(wanted)
  return wanted.flatMap((host) => {
    const gone = lost.get(host.name) ?? []
    const domains = host.domains.filter((domain) => !gone.includes(domain))
    return domains.length === 0 ? [] : [{ ...host, domains }]
  })
}

function withoutPort(domains: readonly string[], port: number): string[] {
  const end = `:${port}`
  const bare = domains.map((domain) => (domain.endsWith(end) ? domain.slice(0, -end.length) : domain))
  return [...new Set(bare)]
}
