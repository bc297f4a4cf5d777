import { toBinary } from '@bufbuild/protobuf'
import { type Route, RouteSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { outboundCluster } from '../model/cluster-name.ts'
import type { RouteListPlan } from '../model/route-list.ts'
import { originsOfRule, type VirtualServiceModel } from '../model/virtual-service.ts'
import { defaultOutboundRoute } from './default-route.ts'
import { digest } from './digest.ts'
import { field, joined } from './protobuf-bytes.ts'
import { virtualServiceRoutes } from './route.ts'
import type { RouteContext } from './route-context.ts'
import { matchesEverything } from './route-match.ts'

/** Routes as fields of the virtual host around them, so that a virtual host is put together without encoding them again. */
export interface EncodedRoutes {
  /** Those with conditions, in order. */
  readonly conditional: Uint8Array
  /** What takes every request; the last one of its list. */
  readonly catchAll: Uint8Array
  /** Every cluster that is forwarded or mirrored to, once. */
  readonly clusters: readonly string[]
  readonly origins: readonly string[]
  readonly version: string
}

/** VirtualHost.routes */
const ROUTES = 3

/** Undefined if there is no route at all. */
export function encodeRouteList(
  plan: RouteListPlan,
  ruleOf: (key: string) => VirtualServiceModel | undefined,
  serviceOf: RouteContext['serviceOf'],
): EncodedRoutes | undefined {
  if (plan.kind === 'default') {
    const cluster = outboundCluster(plan.port, '', plan.hostname)
    const service = serviceOf(plan.hostname)
    const route = defaultOutboundRoute(cluster, `${plan.hostname}:${plan.port}/*`)
    return encodeRoutes([route], service === undefined ? [] : [service.origin.key])
  }
  const rule = ruleOf(plan.rule)
  return rule && encodeRoutes(virtualServiceRoutes(rule, { ...plan.place, serviceOf }), originsOfRule(rule))
}

export function encodeRoutes(routes: readonly Route[], origins: readonly string[]): EncodedRoutes | undefined {
  if (routes.length === 0) return undefined
  const takesAll = (route: Route) => route.match !== undefined && matchesEverything(route.match)
  const encoded = (some: readonly Route[]) => joined(some.map((route) => field(ROUTES, toBinary(RouteSchema, route))))
  const conditional = encoded(routes.filter((route) => !takesAll(route)))
  const catchAll = encoded(routes.filter(takesAll))
  return {
    conditional,
    catchAll,
    clusters: clustersOf(routes),
    origins,
    version: digest(joined([conditional, catchAll])),
  }
}

function clustersOf(routes: readonly Route[]): string[] {
  const names = new Set<string>()
  for (const { action } of routes) {
    if (action.case !== 'route') continue
    const { clusterSpecifier, requestMirrorPolicies } = action.value
    if (clusterSpecifier.case === 'cluster') names.add(clusterSpecifier.value)
    if (clusterSpecifier.case === 'weightedClusters') {
      for (const { name } of clusterSpecifier.value.clusters) names.add(name)
    }
    for (const { cluster } of requestMirrorPolicies) names.add(cluster)
  }
  return [...names].sort()
}
