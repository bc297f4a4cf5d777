import { domainName } from '../model/cluster-name.ts'
import { compareSpecificity } from '../model/host-name.ts'
import type { BoundServer } from '../model/merged-gateway.ts'
import { byAge } from '../model/origin.ts'
import type { GatewayRoutePlan } from '../model/proxy-plan.ts'
import { type RouteListPlan, ruleList } from '../model/route-list.ts'
import type { VirtualServiceModel } from '../model/virtual-service.ts'
import { isVisible } from '../model/visibility.ts'
import { gatewayMatches, type ServerMatches } from './gateway-matches.ts'
import type { EncodedRoutes } from './route-list.ts'
import { byName, type EncodedVirtualHost, encodeVirtualHost } from './virtual-host.ts'

export interface GatewayRouteInput {
  virtualServicesOf(gateway: string): readonly VirtualServiceModel[]
  /** Undefined if it has no routes. */
  routesOf(plan: RouteListPlan): EncodedRoutes | undefined
}

/** A virtual host in the making; routes of several VirtualServices for one host add up. */
interface Draft {
  readonly host: string
  readonly port: number
  /** The lists that were added, by identity: hosts with the same lists become one virtual host. */
  readonly contributions: EncodedRoutes[]
  httpsOnly: boolean
}

/** The lists of routes that a port of a gateway workload is made from. */
export function listsOfGateway(
  plan: GatewayRoutePlan,
  virtualServicesOf: GatewayRouteInput['virtualServicesOf'],
): RouteListPlan[] {
  // Those of servers with the same number are the same.
  const distinct = new Map(plan.servers.map((bound) => [`${bound.server.port} ${bound.gateway}`, bound]))
  return [...distinct.values()].flatMap((bound) =>
    virtualServicesOf(bound.gateway).map((service) => routeListAt(plan, bound, service)),
  )
}

/** The oldest first. */
function visibleRules(
  gateway: string,
  { namespace }: GatewayRoutePlan,
  { virtualServicesOf }: GatewayRouteInput,
): readonly VirtualServiceModel[] {
  const visible = virtualServicesOf(gateway).filter(({ visibility }) => isVisible(visibility, namespace))
  return visible.sort((left, right) => byAge(left.origin, right.origin))
}

/** All virtual hosts of one plain HTTP port of a gateway workload. */
export function gatewayVirtualHosts(plan: GatewayRoutePlan, input: GatewayRouteInput): EncodedVirtualHost[] {
  const drafts = new Map<string, Draft>()
  const matchesOf = gatewayMatches(plan.servers, (gateway) => visibleRules(gateway, plan, input))
  for (const bound of plan.servers) addServer(drafts, bound, plan, matchesOf(bound), input)
  const port = plan.servers[0]?.server.port ?? 0
  const hosts = drafts.size === 0 ? [encodeVirtualHost(domainName('blackhole', port), ['*'], [])] : collapse(drafts)
  return hosts.sort(byName)
}

function routeListAt(
  { namespace, labels }: GatewayRoutePlan,
  { gateway, server }: BoundServer,
  service: VirtualServiceModel,
): RouteListPlan {
  const place = { gateway, listenPort: server.port, proxyNamespace: namespace, proxyLabels: labels }
  return ruleList(service, place)
}

function addServer(
  drafts: Map<string, Draft>,
  bound: BoundServer,
  plan: GatewayRoutePlan,
  matches: ServerMatches,
  { routesOf }: GatewayRouteInput,
): void {
  const { server } = bound
  // Redirecting wins for every host of the server, with routes or without.
  const httpsOnly = server.httpsRedirect
  for (const [service, hosts] of matches) {
    const routes = routesOf(routeListAt(plan, bound, service))
    if (routes === undefined) continue
    for (const host of hosts) {
      const draft = draftFor(drafts, host.toLowerCase(), server.port)
      draft.contributions.push(routes)
      draft.httpsOnly ||= httpsOnly
    }
  }
  if (!httpsOnly) return
  for (const host of server.hosts) {
    draftFor(drafts, host.slice(host.indexOf('/') + 1).toLowerCase(), server.port).httpsOnly = true
  }
}

function draftFor(drafts: Map<string, Draft>, host: string, port: number): Draft {
  let draft = drafts.get(host)
  if (draft === undefined) drafts.set(host, (draft = { host, port, contributions: [], httpsOnly: false }))
  return draft
}

/** Hosts with exactly the same routes share one virtual host, named after the most specific of them. */
function collapse(drafts: ReadonlyMap<string, Draft>): EncodedVirtualHost[] {
  const numbers = new Map<EncodedRoutes, number>()
  const identity = (routes: EncodedRoutes) => {
    if (!numbers.has(routes)) numbers.set(routes, numbers.size)
    return numbers.get(routes)
  }
  const sorted = [...drafts.values()].sort((left, right) => compareSpecificity(left.host, right.host))
  const shared = Map.groupBy(sorted, (draft) => `${draft.httpsOnly} ${draft.contributions.map(identity).join(' ')}`)
  return [...shared.values()].map((group) => finish(group))
}

function finish(group: readonly Draft[]): EncodedVirtualHost {
  const [first] = group as [Draft]
  const domains = group.map((draft) => draft.host)
  return encodeVirtualHost(domainName(first.host, first.port), domains, first.contributions, first.httpsOnly)
}
