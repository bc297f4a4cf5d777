import { create, type MessageInitShape } from '@bufbuild/protobuf'
import type { HTTPMatchRequest, HTTPRoute } from '@mizzen/api'
import { type Route, RouteSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { HTTPFaultSchema } from '@mizzen/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js'
import { parseClusterName } from '../model/cluster-name.ts'
import { appliesAt } from '../model/route-place.ts'
import type { RouteModel, VirtualServiceModel } from '../model/virtual-service.ts'
import { pack } from './any.ts'
import { configPath, metadata } from './config-metadata.ts'
import { httpFault } from './fault.ts'
import { headerChanges } from './header-operations.ts'
import { FAULT_FILTER } from './http-filters.ts'
import { directResponse, redirectAction } from './redirect.ts'
import { routeAction } from './route-action.ts'
import type { RouteContext } from './route-context.ts'
import { matchesEverything, routeMatch } from './route-match.ts'

/**
 * The routes of a VirtualService at one place: one for each `match` entry, in order, up to the first that takes every
 * request. Conditions that do not depend on the request (port, gateway, source) are decided here.
 */
export function virtualServiceRoutes(service: VirtualServiceModel, context: RouteContext): Route[] {
  const routes: Route[] = []
  for (const [index, http] of service.http.entries()) {
    const matches = http.match === undefined || http.match.length === 0 ? [undefined] : http.match
    for (const [at, match] of matches.entries()) {
      if (match !== undefined && !appliesAt(match, context)) continue
      const route = translateRoute(service, { http, index, match, at }, context)
      if (route === undefined) continue
      routes.push(route)
      if (route.match !== undefined && matchesEverything(route.match)) return routes
    }
    if (matches[0] === undefined) return routes
  }
  return routes
}

/** One `match` of a VirtualService's `http`, with its places in the lists; undefined where there is none. */
interface WrittenRoute {
  readonly http: RouteModel
  readonly index: number
  readonly match: HTTPMatchRequest | undefined
  readonly at: number
}

/** What a route is called, and where it is written. Metrics by route, of callers and of servers, know it by this. */
export function routeIdentity({ origin }: VirtualServiceModel, { http, index, match, at }: WrittenRoute) {
  // Conditions of a delegate are merged: which of its own one comes from is not known.
  const own = `spec.http[${index}]${match === undefined ? '' : `.match[${at}]`}`
  return {
    name: [http.name ?? '', ...(match?.name ? [match.name] : [])].join('.'),
    metadata: metadata({
      istio: { config: configPath(http.from?.origin ?? origin.key) },
      'mizzen.io': { path: http.from?.path ?? own },
    }),
  }
}

function translateRoute(service: VirtualServiceModel, written: WrittenRoute, context: RouteContext): Route | undefined {
  const { http, match } = written
  const action = actionOf(http, context)
  if (action === undefined) return undefined
  const fault = http.fault && httpFault(http.fault)
  const { name, metadata: from } = routeIdentity(service, written)
  const route = create(RouteSchema, {
    name,
    match: routeMatch(match),
    action,
    ...(from && { metadata: from }),
    ...changesOf(http),
    ...(match?.statPrefix && { statPrefix: match.statPrefix }),
    ...(fault && { typedPerFilterConfig: { [FAULT_FILTER]: pack(HTTPFaultSchema, fault) } }),
  })
  route.decorator = create(RouteSchema, { decorator: { operation: operationOf(route, service, context) } }).decorator
  return route
}

/** Header operations; those of a single destination join the route's, for there is no weighted cluster to carry them. */
function changesOf(http: HTTPRoute): ReturnType<typeof headerChanges> {
  const own = headerChanges(http.headers)
  const only = http.route?.length === 1 ? headerChanges(http.route[0]?.headers) : headerChanges(undefined)
  return {
    requestHeadersToAdd: [...own.requestHeadersToAdd, ...only.requestHeadersToAdd],
    requestHeadersToRemove: [...own.requestHeadersToRemove, ...only.requestHeadersToRemove],
    responseHeadersToAdd: [...own.responseHeadersToAdd, ...only.responseHeadersToAdd],
    responseHeadersToRemove: [...own.responseHeadersToRemove, ...only.responseHeadersToRemove],
  }
}

function actionOf(http: HTTPRoute, context: RouteContext): MessageInitShape<typeof RouteSchema>['action'] {
  if (http.redirect !== undefined) {
    const value = redirectAction(http.redirect, context.listenPort)
    return value && { case: 'redirect', value }
  }
  if (http.directResponse !== undefined) return { case: 'directResponse', value: directResponse(http.directResponse) }
  // Delegation is resolved before this; an unresolved one has nowhere to go.
  return http.route === undefined || http.route.length === 0
    ? undefined
    : { case: 'route', value: routeAction(http, context) }
}

/** The name of the operation in traces: `host:port/path` for one cluster, else the VirtualService's. */
function operationOf(route: Route, service: VirtualServiceModel, context: RouteContext): string {
  const cluster =
    route.action.case === 'route' && route.action.value.clusterSpecifier.case === 'cluster'
      ? parseClusterName(route.action.value.clusterSpecifier.value)
      : undefined
  const target = cluster ? `${cluster.host}:${cluster.port}` : `${service.origin.name}:${context.listenPort}`
  return `${target}${pathOf(route)}`
}

function pathOf({ match }: Route): string {
  const path = match?.pathSpecifier
  if (path?.case === 'prefix') return `${path.value}*`
  if (path?.case === 'path') return path.value
  return path?.case === 'safeRegex' ? path.value.regex : '/*'
}
