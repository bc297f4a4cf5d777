import type { Collection, Graph } from '@mizzen/collections'
import type { RouteListPlan } from '../model/route-list.ts'
import { type EncodedRoutes, encodeRouteList } from '../translate/route-list.ts'
import type { RuleCollections } from './rules.ts'
import type { ServiceCollections } from './services.ts'

const SAME_ROUTES = {
  equals: (left: EncodedRoutes, right: EncodedRoutes) =>
    left.version === right.version && left.origins.join() === right.origins.join(),
}

/** Lists of routes by `routeListKey`, each encoded once for all virtual hosts of sidecars and gateways that have it. */
export function routeLists(
  graph: Graph,
  plans: readonly Collection<RouteListPlan>[],
  { services }: ServiceCollections,
  { virtualServices }: RuleCollections,
): Collection<EncodedRoutes> {
  return graph.derive(
    'route lists',
    graph.join('route lists/plans', plans),
    (plan, reader) =>
      encodeRouteList(
        plan,
        (key) => reader.get(virtualServices, key),
        (hostname) => reader.get(services, hostname),
      ),
    SAME_ROUTES,
  )
}
