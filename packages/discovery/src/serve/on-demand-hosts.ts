import type { Collection, Graph, Reader } from '@mizzen/collections'
import { HTTP_PROXY_ROUTES } from '../model/proxy-plan.ts'
import { routeListKey } from '../model/route-list.ts'
import type { RouteScope, VirtualHostPlan } from '../model/virtual-host.ts'
import type { EncodedRoutes } from '../translate/route-list.ts'
import { unknownHostRoutes } from '../translate/sidecar-routes.ts'
import { virtualHostResource } from '../translate/virtual-host-resource.ts'
import { LAYER_PART_EQUALITY, type LayerPart } from './layer.ts'
import { isRegistryOnly, type LostDomains } from './sidecar-routes.ts'
import type { VirtualHostInput, VirtualHostPlans } from './virtual-hosts.ts'

/** The layers of a sidecar that fetches virtual hosts on demand: what is called by shorter names at home, and the rest. */
export function onDemandLayers({ key, audience }: RouteScope): string[] {
  return [hostLayer(key), hostLayer(audience.key)]
}

/** By key of the RouteScope or RouteAudience. */
function hostLayer(scope: string): string {
  return `virtual hosts ${scope}`
}

/**
 * What sidecars that fetch virtual hosts on demand have instead of a whole route configuration: one resource for each
 * domain. So a change is as large as what it changes, for those who use it, and nothing for all others.
 * @param scopes of those sidecars
 */
export function onDemandParts(
  graph: Graph,
  scopes: Collection<RouteScope>,
  { audiences, shared, atHome }: VirtualHostPlans,
  lost: LostDomains,
  lists: Collection<EncodedRoutes>,
  { egress }: VirtualHostInput,
): Collection<LayerPart> {
  const asked = graph.deriveMany('virtual hosts on demand/asked', scopes, ({ key, audience }) =>
    [key, audience.key].map((one) => [one, true] as const),
  )
  const hosts = (name: string, plans: Collection<readonly VirtualHostPlan[]>, lostBy: LostDomains['byScope']) =>
    keyedApart(graph, name, plans, asked, (some, reader): LayerPart => {
      const { scope = '' } = some[0] ?? {}
      const lostHere = reader.get(lostBy, scope)
      const resources = some.flatMap((host) => {
        const routes = reader.get(lists, routeListKey(host.routes))
        if (routes === undefined) return []
        const gone = lostHere?.get(host.name) ?? []
        const own = host.domains.filter((domain) => !gone.includes(domain))
        return own.map((domain) => virtualHostResource(HTTP_PROXY_ROUTES, domain, routes))
      })
      return { layer: hostLayer(scope), resources }
    })
  const unknown = graph.deriveMany(
    'virtual hosts on demand/unknown',
    audiences,
    ({ key, egress: seen }, reader) => {
      if (!reader.get(asked, key)) return []
      const routes = unknownHostRoutes(isRegistryOnly(reader, egress, seen))
      const part = { layer: hostLayer(key), resources: [virtualHostResource(HTTP_PROXY_ROUTES, '*', routes)] }
      return [[`unknown hosts ${key}`, part] as const]
    },
    LAYER_PART_EQUALITY,
  )
  return graph.join('virtual hosts on demand', [
    hosts('virtual hosts on demand/shared', shared, lost.byAudience),
    hosts('virtual hosts on demand/at home', atHome, lost.byScope),
    unknown,
  ])
}

/** Under keys that no other part has; only for those who ask for it. */
function keyedApart(
  graph: Graph,
  name: string,
  plans: Collection<readonly VirtualHostPlan[]>,
  asked: Collection<true>,
  make: (some: readonly VirtualHostPlan[], reader: Reader) => LayerPart,
): Collection<LayerPart> {
  return graph.deriveMany(
    name,
    plans,
    (some, reader, key) =>
      reader.get(asked, some[0]?.scope ?? '') ? [[`${name} ${key}`, make(some, reader)] as const] : [],
    LAYER_PART_EQUALITY,
  )
}
