import type { Collection, Graph, Reader } from '@mizzen/collections'
import type { ResourceRef } from '@mizzen/xds'
import type { EgressScope } from '../model/egress-scope.ts'
import { HTTP_PROXY_ROUTES } from '../model/proxy-plan.ts'
import { routeListKey } from '../model/route-list.ts'
import { lostDomains, type RouteScope } from '../model/virtual-host.ts'
import { clusterRefs, originsOf, routeResource } from '../translate/resource.ts'
import type { EncodedRoutes } from '../translate/route-list.ts'
import { sidecarVirtualHost, unknownHost } from '../translate/sidecar-routes.ts'
import { byName, type EncodedVirtualHost, routeConfiguration } from '../translate/virtual-host.ts'
import { LAYER_PART_EQUALITY, type LayerPart } from './layer.ts'
import type { VirtualHostInput, VirtualHostPlans } from './virtual-hosts.ts'

interface EncodedHosts {
  readonly scope: string
  readonly home: string | undefined
  readonly hosts: readonly EncodedVirtualHost[]
}

const SAME_HOSTS = {
  equals: (left: EncodedHosts, right: EncodedHosts) =>
    left.scope === right.scope &&
    left.hosts.length === right.hosts.length &&
    left.hosts.every((host, index) => host.version === right.hosts[index]?.version),
}

export function routeLayer(scope: string): string {
  return `routes ${scope}`
}

/** The same for all clients of an audience. */
interface Named {
  readonly refs: readonly ResourceRef[]
  readonly origins: readonly string[]
}

/**
 * The route configurations of sidecars, each for all that share a scope. They are put together from virtual hosts that are
 * encoded already: a weight that changes is one virtual host, and copying the bytes of the others.
 */
export function sidecarRouteParts(
  graph: Graph,
  scopes: Collection<RouteScope>,
  plans: VirtualHostPlans,
  lost: LostDomains,
  lists: Collection<EncodedRoutes>,
  { egress }: VirtualHostInput,
): Collection<LayerPart> {
  const encoded = encodedHosts(graph, plans, lost, lists)
  const named = namedByHosts(graph, plans, encoded.shared, egress)
  return graph.derive(
    'routes of sidecars',
    scopes,
    ({ key, audience, namespace }, reader, _, before): LayerPart => {
      const shared = reader.lookup(encoded.sharedOf, audience.key).filter(({ home }) => home !== namespace)
      const own = reader.lookup(encoded.atHomeOf, key)
      const known = [...shared, ...own].flatMap(({ hosts }) => hosts).sort(byName)
      const list = [...known, unknownHost(isRegistryOnly(reader, egress, audience.egress))]
      const settings = routeConfiguration(HTTP_PROXY_ROUTES, [], false)
      const { refs = [], origins = [] } = reader.get(named, audience.key) ?? {}
      return { layer: routeLayer(key), resources: [routeResource(settings, list, refs, origins, before?.resources[0])] }
    },
    LAYER_PART_EQUALITY,
  )
}

/** Domains that virtual hosts may not have, by the name of each. */
export interface LostDomains {
  readonly byAudience: Collection<ReturnType<typeof lostDomains>>
  readonly byScope: Collection<ReturnType<typeof lostDomains>>
}

/** @param scopes of all clients that have virtual hosts */
export function lostDomainsOf(
  graph: Graph,
  scopes: Collection<RouteScope>,
  { audiences, sharedOf, atHomeOf }: VirtualHostPlans,
): LostDomains {
  const byAudience = graph.derive('virtual hosts/lost domains', audiences, ({ key }, reader) =>
    lostDomains(reader.lookup(sharedOf, key).flat()),
  )
  const byScope = graph.derive('virtual hosts/domains lost at home', scopes, (scope, reader) => {
    const own = reader.lookup(atHomeOf, scope.key).flat()
    const others = reader.lookup(sharedOf, scope.audience.key).flat()
    return lostDomains([...own, ...others.filter(({ home }) => home !== scope.namespace)])
  })
  return { byAudience, byScope }
}

/**
 * Short names give way to all others, so which domains a host keeps at home differs from what it keeps elsewhere only in
 * these: each host is encoded once for all other namespaces.
 */
function encodedHosts(
  graph: Graph,
  { shared, atHome }: VirtualHostPlans,
  lost: LostDomains,
  lists: Collection<EncodedRoutes>,
) {
  const encode = (name: string, plans: typeof shared, lostBy: LostDomains['byScope']) =>
    graph.derive(
      name,
      plans,
      (hosts, reader): EncodedHosts => {
        const { scope = '', home } = hosts[0] ?? {}
        const lostHere = reader.get(lostBy, scope)
        const encodedOnes = hosts.flatMap((host) => {
          const routes = reader.get(lists, routeListKey(host.routes))
          return (routes && sidecarVirtualHost(host, lostHere?.get(host.name) ?? [], routes)) ?? []
        })
        return { scope, home, hosts: encodedOnes }
      },
      SAME_HOSTS,
    )
  const encodedShared = encode('virtual hosts', shared, lost.byAudience)
  const encodedAtHome = encode('virtual hosts at home', atHome, lost.byScope)
  return {
    shared: encodedShared,
    sharedOf: graph.index('virtual hosts by audience', encodedShared, ({ scope }) => [scope]),
    atHomeOf: graph.index('virtual hosts at home by scope', encodedAtHome, ({ scope }) => [scope]),
  }
}

/** What hosts name changes less often than what they say of it, and lists of references stay the same values as long. */
function namedByHosts(
  graph: Graph,
  { audiences }: VirtualHostPlans,
  encoded: Collection<EncodedHosts>,
  egress: Collection<EgressScope>,
): Collection<Named> {
  const named = graph.derive('virtual hosts/named', encoded, ({ scope, hosts: some }) => ({
    scope,
    clusters: some.flatMap((host) => host.clusters),
    origins: some.flatMap((host) => host.origins),
  }))
  const namedBy = graph.index('virtual hosts/named by audience', named, ({ scope }) => [scope])
  return graph.derive('named by routes', audiences, (audience, reader) => {
    const hosts = reader.lookup(namedBy, audience.key)
    const last = unknownHost(isRegistryOnly(reader, egress, audience.egress))
    return { refs: clusterRefs([...hosts, last]), origins: originsOf(hosts) }
  })
}

export function isRegistryOnly(reader: Reader, egress: Collection<EgressScope>, scope: string): boolean {
  return reader.get(egress, scope)?.sidecar?.registryOnly ?? false
}
