import type { HTTPRoute } from '@mizzen/api'
import type { Route } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import type { RouteConfiguration } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { domainName } from '../model/cluster-name.ts'
import type { InboundHostsPlan, InboundListenerPlan, InboundRoutePlan } from '../model/proxy-plan.ts'
import { type ServerRoute, serverRoutes } from '../model/server-route.ts'
import { originsOfRule, type VirtualServiceModel } from '../model/virtual-service.ts'
import { type InboundPart, inboundRoute } from './default-route.ts'
import { clusterRefs, originsOf, routeResource } from './resource.ts'
import { routeIdentity } from './route.ts'
import { type EncodedRoutes, encodeRoutes } from './route-list.ts'
import { matchesEverything } from './route-match.ts'
import { byName, type EncodedVirtualHost, encodeVirtualHost, routeConfiguration, virtualHost } from './virtual-host.ts'

type Called = Pick<InboundListenerPlan, 'hostname' | 'servicePort'>

/** Everything that comes in on a port, by one route. */
export function plainInboundRoutes(plan: Called & Pick<InboundListenerPlan, 'cluster'>): RouteConfiguration {
  const hosts = [virtualHost(hostName(plan), ['*'], [routeTo(plan, plan.cluster)])]
  return routeConfiguration(plan.cluster, hosts, false)
}

/** The virtual hosts of a port that know by which routes requests have come, and names below theirs that stand for none. */
export interface ToldHosts {
  readonly told: readonly EncodedVirtualHost[]
  /** Of those. */
  readonly domains: readonly string[]
  readonly untold: readonly string[]
}

/** A virtual host for the names of a rule. What follows the last match that can be told is nobody's. */
export function toldHost(
  plan: InboundHostsPlan,
  rule: VirtualServiceModel,
  domains: readonly string[],
  leadsHere: (route: HTTPRoute) => boolean,
): EncodedVirtualHost {
  const routes: Route[] = []
  for (const one of serverRoutes(rule, leadsHere)) {
    routes.push(routeTo(plan, plan.name, partOf(rule, one)))
    if (takesAll(routes)) break
  }
  if (!takesAll(routes)) routes.push(routeTo(plan, plan.name))
  const list = encodeRoutes(routes, originsOfRule(rule)) as EncodedRoutes
  return encodeVirtualHost(`${hostName(plan)}|${rule.origin.key}`, domains, [list])
}

/** The route configuration of one workload's port. */
export function inboundRoutes({ name, address, hosts }: InboundRoutePlan, { told, domains, untold }: ToldHosts) {
  const plain = encodeRoutes([routeTo(hosts, hosts.name)], []) as EncodedRoutes
  // Whoever calls the workload by its address has come by no route.
  const names = ['*', address.includes(':') ? `[${address}]` : address, ...untold]
  const rest = [...new Set(names)].filter((domain) => !domains.includes(domain))
  const all = [...told, encodeVirtualHost(hostName(hosts), rest, [plain])].sort(byName)
  return routeResource(routeConfiguration(name, [], true), all, clusterRefs(all), originsOf(all))
}

function takesAll(routes: readonly Route[]): boolean {
  const match = routes.at(-1)?.match
  return match !== undefined && matchesEverything(match)
}

/** Requests that lead elsewhere come by another route, if they come. */
function partOf(rule: VirtualServiceModel, { route, index, match, matchIndex, leadsHere }: ServerRoute): InboundPart {
  return leadsHere ? { match, ...routeIdentity(rule, { http: route, index, match, at: matchIndex }) } : { match }
}

function routeTo(plan: Called, cluster: string, part?: InboundPart): Route {
  return inboundRoute(cluster, `${domainName(plan.hostname, plan.servicePort)}/*`, part)
}

function hostName({ servicePort }: Called): string {
  return `inbound|http|${servicePort}`
}
