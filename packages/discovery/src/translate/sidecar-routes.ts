import { create } from '@bufbuild/protobuf'
import { type Route, RouteSchema } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import { PASSTHROUGH_CLUSTER } from '../model/cluster-name.ts'
import type { VirtualHostPlan } from '../model/virtual-host.ts'
import { passthroughRoute } from './default-route.ts'
import { type EncodedRoutes, encodeRoutes } from './route-list.ts'
import { routeMatch } from './route-match.ts'
import { type EncodedVirtualHost, encodeVirtualHost } from './virtual-host.ts'

const ALLOW_ANY = 'allow_any'
const BLOCK_ALL = 'block_all'

/** What the mesh does not know goes where the client wanted it to go. */
const ALLOWING = encodedRoute(passthroughRoute(ALLOW_ANY, PASSTHROUGH_CLUSTER))
/** What the mesh does not know is answered 502, as in Istio. */
const BLOCKING = encodedRoute(blockingRoute())
const ALLOWED = encodeVirtualHost(ALLOW_ANY, ['*'], [ALLOWING])
const BLOCKED = encodeVirtualHost(BLOCK_ALL, ['*'], [BLOCKING])

/** The last virtual host of a sidecar: for requests that no other one takes. */
export function unknownHost(registryOnly: boolean): EncodedVirtualHost {
  return registryOnly ? BLOCKED : ALLOWED
}

/** Its routes. */
export function unknownHostRoutes(registryOnly: boolean): EncodedRoutes {
  return registryOnly ? BLOCKING : ALLOWING
}

/** Undefined if nothing is left of it: another virtual host has all of its domains. */
export function sidecarVirtualHost(
  { name, domains }: VirtualHostPlan,
  lost: readonly string[],
  routes: EncodedRoutes,
): EncodedVirtualHost | undefined {
  const own = lost.length === 0 ? domains : domains.filter((domain) => !lost.includes(domain))
  return own.length === 0 ? undefined : encodeVirtualHost(name, own, [routes])
}

function encodedRoute(route: Route): EncodedRoutes {
  return encodeRoutes([route], []) as EncodedRoutes
}

function blockingRoute(): Route {
  return create(RouteSchema, {
    name: BLOCK_ALL,
    match: routeMatch(undefined),
    action: { case: 'directResponse', value: { status: 502 } },
  })
}
