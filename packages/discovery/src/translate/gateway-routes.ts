import type { Route, VirtualHost } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import type { RouteConfiguration } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { domainName } from '../model/cluster-name.ts'
import { compareSpecificity, hostsForNamespace, intersectHosts } from '../model/host-name.ts'
import type { BoundServer } from '../model/merged-gateway.ts'
import { byAge } from '../model/origin.ts'
import type { GatewayRoutePlan } from '../model/proxy-plan.ts'
import type { ServiceModel } from '../model/service.ts'
import type { VirtualServiceModel } from '../model/virtual-service.ts'
import { isVisible } from '../model/visibility.ts'
import { virtualServiceRoutes } from './route.ts'
import { matchesEverything } from './route-match.ts'
import { byName, routeConfiguration, virtualHost } from './virtual-host.ts'

export interface GatewayRouteInput {
  virtualServicesOf(gateway: string): readonly VirtualServiceModel[]
  serviceOf(hostname: string): ServiceModel | undefined
}

/** A virtual host in the making; routes of several VirtualServices for one host add up. */
interface Draft {
  readonly host: string
  readonly port: number
  /** The lists that were added, by identity: hosts with the same lists become one virtual host. */
  readonly contributions: (readonly Route[])[]
  httpsOnly: boolean
}

/** All routes of one plain HTTP port of a gateway workload. */
export function gatewayRoutes(plan: GatewayRoutePlan, input: GatewayRouteInput): RouteConfiguration {
  const drafts = new Map<string, Draft>()
  const routesOf = memoizedRoutes(plan, input)
  for (const bound of plan.servers) addServer(drafts, bound, plan.namespace, input, routesOf)
  const port = plan.servers[0]?.server.port ?? 0
  const hosts = drafts.size === 0 ? [virtualHost(domainName('blackhole', port), ['*'], [])] : collapse(drafts)
  return routeConfiguration(plan.name, hosts.sort(byName), true)
}

type RoutesOf = (service: VirtualServiceModel, bound: BoundServer) => readonly Route[]

function memoizedRoutes(plan: GatewayRoutePlan, input: GatewayRouteInput): RoutesOf {
  const known = new Map<string, readonly Route[]>()
  return (service, { gateway, server }) => {
    const key = `${gateway} ${server.port} ${service.origin.key}`
    const routes =
      known.get(key) ??
      virtualServiceRoutes(service, {
        gateway,
        listenPort: server.port,
        proxyNamespace: plan.namespace,
        proxyLabels: plan.labels,
        serviceOf: (hostname) => input.serviceOf(hostname),
      })
    known.set(key, routes)
    return routes
  }
}

function addServer(
  drafts: Map<string, Draft>,
  bound: BoundServer,
  namespace: string,
  input: GatewayRouteInput,
  routesOf: RoutesOf,
): void {
  const { server } = bound
  const visible = input.virtualServicesOf(bound.gateway).filter((one) => isVisible(one.visibility, namespace))
  for (const service of visible.toSorted((left, right) => byAge(left.origin, right.origin))) {
    const hosts = intersectHosts(hostsForNamespace(server.hosts, service.origin.namespace), service.hosts)
    if (hosts.length === 0) continue
    const routes = routesOf(service, bound)
    if (routes.length === 0) continue
    for (const host of hosts) draftFor(drafts, host.toLowerCase(), server.port).contributions.push(routes)
  }
  if (!server.httpsRedirect) {
    return
  }
  // Redirecting wins for every host of the server, with routes or without.
  for (const host of hostsOf(drafts, bound)) draftFor(drafts, host, server.port).httpsOnly = true
}

/** A server's hosts, and those that its VirtualServices have put in their place. */
function hostsOf(drafts: ReadonlyMap<string, Draft>, { server }: BoundServer): string[] {
  const own = server.hosts.map((host) => host.slice(host.indexOf('/') + 1).toLowerCase())
  return [...own, ...[...drafts.keys()].filter((host) => intersectHosts(own, [host]).length > 0)]
}

function draftFor(drafts: Map<string, Draft>, host: string, port: number): Draft {
  let draft = drafts.get(host)
  if (draft === undefined) drafts.set(host, (draft = { host, port, contributions: [], httpsOnly: false }))
  return draft
}

/** Hosts with exactly the same routes share one virtual host, named after the most specific of them. */
function collapse(drafts: ReadonlyMap<string, Draft>): VirtualHost[] {
  const numbers = new Map<readonly Route[], number>()
  const identity = (routes: readonly Route[]) => {
    if (!numbers.has(routes)) numbers.set(routes, numbers.size)
    return numbers.get(routes)
  }
  const sorted = [...drafts.values()].sort((left, right) => compareSpecificity(left.host, right.host))
  const shared = Map.groupBy(sorted, (draft) => `${draft.httpsOnly} ${draft.contributions.map(identity).join(' ')}`)
  return [...shared.values()].map((group) => finish(group))
}

/** Routes that take everything go last, so that each VirtualService's own conditions have their chance. */
function finish(group: readonly Draft[]): VirtualHost {
  const [first] = group as [Draft]
  const routes = first.contributions.flat()
  const takesAll = (route: Route) => route.match !== undefined && matchesEverything(route.match)
  const ordered = [...routes.filter((route) => !takesAll(route)), ...routes.filter(takesAll)]
  const domains = group.map((draft) => draft.host)
  return virtualHost(domainName(first.host, first.port), domains, ordered, first.httpsOnly)
}
