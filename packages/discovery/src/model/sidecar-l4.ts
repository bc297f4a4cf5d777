import type { L4MatchAttributes, TLSMatchAttributes } from '@mizzen/api'
import { outboundCluster } from './cluster-name.ts'
import { namesOf } from './gateway-l4.ts'
import { type L4Chain, type L4Lookup, type L4Target, routeTarget, serviceTarget } from './l4-route.ts'
import { type Labels, selects } from './labels.ts'
import type { ServiceModel, ServicePortModel } from './service.ts'
import { MESH_GATEWAY, type VirtualServiceModel } from './virtual-service.ts'

/** A port of a service as a sidecar's clients call it, by one of its addresses. */
export interface CalledPort {
  readonly service: ServiceModel
  readonly port: ServicePortModel
  /** Addresses (CIDR) where several services share a listener; otherwise the listener's own address says it all. */
  readonly subnets: readonly string[]
  /** Whether only the server's name tells services of this listener apart. */
  readonly shared: boolean
}

export interface L4Client {
  readonly namespace: string
  readonly labels: Labels
}

/**
 * Filter chains for a port that speaks TLS: one for each match of TLS routes, each set of conditions once; without one the
 * service itself.
 * @param rules VirtualServices of the mesh for the service's host, in order
 */
export function tlsChains(
  called: CalledPort,
  rules: readonly VirtualServiceModel[],
  client: L4Client,
  lookup: L4Lookup,
): L4Chain[] {
  const { service, port, subnets, shared } = called
  const chains = new Map<string, L4Chain>()
  for (const rule of rules) {
    for (const [index, { match, route = [] }] of rule.tls.entries()) {
      const target = routeTarget(rule, route, `spec.tls[${index}]`, port.number, lookup)
      if (target === undefined) continue
      for (const one of match.filter((candidate) => applies(candidate, port.number, client))) {
        const own = one.destinationSubnets ?? []
        const chain = { serverNames: namesOf(one.sniHosts), subnets: own.length > 0 ? own : subnets, target }
        const asked = `${chain.serverNames.join()}|${chain.subnets.join()}`
        if (!chains.has(asked)) chains.set(asked, chain)
      }
    }
  }
  if (chains.size > 0) return [...chains.values()]
  return [
    { serverNames: shared ? [service.hostname, ...service.aliases] : [], subnets, target: ownTarget(called, lookup) },
  ]
}

/** The same for other ports: routes by the address that is called, up to the first that takes all. */
export function tcpChains(
  called: CalledPort,
  rules: readonly VirtualServiceModel[],
  client: L4Client,
  lookup: L4Lookup,
): L4Chain[] {
  const { port, subnets } = called
  const chains: L4Chain[] = []
  const chain = (to: readonly string[], target: L4Target) => ({ serverNames: [], subnets: to, target })
  for (const rule of rules) {
    for (const [index, { match = [], route = [] }] of rule.tcp.entries()) {
      const target = routeTarget(rule, route, `spec.tcp[${index}]`, port.number, lookup)
      if (target === undefined) continue
      const fitting = match.filter((one) => applies(one, port.number, client))
      const takesAll = fitting.some(({ destinationSubnets = [] }) => destinationSubnets.length === 0)
      if (match.length === 0 || takesAll) return [...chains, chain(subnets, target)]
      const named = fitting.flatMap(({ destinationSubnets = [] }) => destinationSubnets)
      if (named.length > 0) chains.push(chain(named, target))
    }
  }
  return [...chains, chain(subnets, ownTarget(called, lookup))]
}

function ownTarget({ service, port }: CalledPort, lookup: L4Lookup): L4Target {
  return serviceTarget(outboundCluster(port.number, '', service.hostname), service, lookup)
}

function applies(match: L4MatchAttributes | TLSMatchAttributes, listenPort: number, client: L4Client): boolean {
  const { gateways = [], port = 0, sourceLabels = {}, sourceNamespace } = match
  if (gateways.length > 0 && !gateways.includes(MESH_GATEWAY)) return false
  if (port !== 0 && port !== listenPort) return false
  return selects(sourceLabels, client.labels) && (!sourceNamespace || sourceNamespace === client.namespace)
}
