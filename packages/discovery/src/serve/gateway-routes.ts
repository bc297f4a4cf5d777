import type { Collection, Graph } from '@mizzen/collections'
import type { XdsResource } from '@mizzen/xds'
import type { GatewayRoutePlan } from '../model/proxy-plan.ts'
import { type RouteListPlan, routeListKey } from '../model/route-list.ts'
import { gatewayVirtualHosts, listsOfGateway } from '../translate/gateway-routes.ts'
import { clusterRefs, originsOf, routeResource, sameResource } from '../translate/resource.ts'
import type { EncodedRoutes } from '../translate/route-list.ts'
import { routeConfiguration } from '../translate/virtual-host.ts'
import type { ProxyPlans } from './proxy-resources.ts'
import type { RuleCollections } from './rules.ts'

/** What the routes of gateways are made from. */
export function gatewayRouteLists(
  graph: Graph,
  { gatewayRoutes }: ProxyPlans,
  { boundTo }: RuleCollections,
): Collection<RouteListPlan> {
  return graph.deriveMany('gateway route lists', gatewayRoutes, (plan, reader) =>
    listsOfGateway(plan, (gateway) => reader.lookup(boundTo, gateway)).map(
      (list) => [routeListKey(list), list] as const,
    ),
  )
}

/** The route configuration of each HTTP port of gateways, by the key of its plan. */
export function gatewayRouteResources(
  graph: Graph,
  { gatewayRoutes }: ProxyPlans,
  { boundTo }: RuleCollections,
  lists: Collection<EncodedRoutes>,
): Collection<XdsResource> {
  return graph.derive(
    'routes of gateways',
    gatewayRoutes,
    (plan: GatewayRoutePlan, reader, _, before) => {
      const hosts = gatewayVirtualHosts(plan, {
        virtualServicesOf: (gateway) => reader.lookup(boundTo, gateway),
        routesOf: (list) => reader.get(lists, routeListKey(list)),
      })
      const origins = [...originsOf(hosts), ...plan.servers.map((server) => server.origin)]
      const settings = routeConfiguration(plan.name, [], true)
      return routeResource(settings, hosts, clusterRefs(hosts), [...new Set(origins)].sort(), before)
    },
    { equals: sameResource },
  )
}
