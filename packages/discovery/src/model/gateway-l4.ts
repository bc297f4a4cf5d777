import type { L4MatchAttributes, TLSMatchAttributes } from '@mizzen/api'
import { hostsForNamespace, hostsOverlap } from './host-name.ts'
import { type L4Chain, type L4Lookup, type L4Target, routeTarget } from './l4-route.ts'
import type { BoundServer } from './merged-gateway.ts'
import type { VirtualServiceModel } from './virtual-service.ts'

/**
 * Where a gateway's server of opaque TCP, or of TLS that it ends, sends its connections: by the first TCP route that is for
 * it. The rest of a route's conditions does not count at gateways.
 * @param rules those that are bound to its Gateway, in order
 */
export function tcpTarget(
  bound: BoundServer,
  rules: readonly VirtualServiceModel[],
  lookup: L4Lookup,
): L4Target | undefined {
  for (const rule of rules.filter((one) => isServedBy(one, bound))) {
    for (const [index, { match = [], route = [] }] of rule.tcp.entries()) {
      if (route.length === 0 || (match.length > 0 && !match.some((one) => appliesTo(one, bound)))) continue
      const target = routeTarget(rule, route, `spec.tcp[${index}]`, bound.server.port, lookup)
      if (target !== undefined) return target
    }
  }
  return undefined
}

/** A filter chain for each match of a TLS route that is for a gateway's server which passes TLS on. */
export function passthroughChains(
  bound: BoundServer,
  rules: readonly VirtualServiceModel[],
  lookup: L4Lookup,
): L4Chain[] {
  return rules
    .filter((rule) => isServedBy(rule, bound))
    .flatMap((rule) =>
      rule.tls.flatMap(({ match, route = [] }, index) => {
        const target = routeTarget(rule, route, `spec.tls[${index}]`, bound.server.port, lookup)
        if (target === undefined) return []
        const applying = match.filter((one) => appliesTo(one, bound))
        return applying.map(({ sniHosts }) => ({ serverNames: namesOf(sniHosts), subnets: [], target }))
      }),
    )
}

/** `*` says that any name will do. */
export function namesOf(hosts: readonly string[]): string[] {
  return hosts.includes('*') ? [] : [...new Set(hosts.map((host) => host.toLowerCase()))].sort()
}

/** Data planes know wildcards for whole labels alone. */
export function isServerName(name: string): boolean {
  return !/^\*[^.]/.test(name)
}

function isServedBy({ hosts, origin }: VirtualServiceModel, { server }: BoundServer): boolean {
  const served = hostsForNamespace(server.hosts, origin.namespace)
  return hosts.some((host) => served.some((one) => hostsOverlap(one.toLowerCase(), host)))
}

function appliesTo(
  { port = 0, gateways = [] }: Pick<L4MatchAttributes | TLSMatchAttributes, 'port' | 'gateways'>,
  { gateway, server }: BoundServer,
): boolean {
  return (port === 0 || port === server.port) && (gateways.length === 0 || gateways.includes(gateway))
}
