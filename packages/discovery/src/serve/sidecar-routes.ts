import type { Collection, Graph, Reader } from '@mizzen/collections'
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

/**
 * The route configurations of sidecars, each for all that share a scope. They are put together from virtual hosts that are
 * encoded already: a weight that changes is one virtual host, and copying the bytes of the others.
 */
export function sidecarRouteParts(
  graph: Graph,
  scopes: Collection<RouteScope>,
  { plans, plansOf }: VirtualHostPlans,
  lists: Collection<EncodedRoutes>,
  { egress }: VirtualHostInput,
): Collection<LayerPart> {
  const lost = graph.derive('virtual hosts/lost domains', scopes, ({ key }, reader) =>
    lostDomains(reader.lookup(plansOf, key).flat()),
  )
  const encoded = graph.derive(
    'virtual hosts',
    plans,
    (hosts, reader): EncodedHosts => {
      const scope = hosts[0]?.scope ?? ''
      const lostHere = reader.get(lost, scope)
      const encodedHosts = hosts.flatMap((host) => {
        const routes = reader.get(lists, routeListKey(host.routes))
        return (routes && sidecarVirtualHost(host, lostHere?.get(host.name) ?? [], routes)) ?? []
      })
      return { scope, hosts: encodedHosts }
    },
    SAME_HOSTS,
  )
  const encodedOf = graph.index('virtual hosts by scope', encoded, ({ scope }) => [scope])
  const hosts = graph.derive(
    'virtual hosts of scopes',
    scopes,
    ({ key, egress: seen }, reader) => {
      const known = reader.lookup(encodedOf, key).flatMap((one) => one.hosts)
      return [...known.sort(byName), unknownHost(isRegistryOnly(reader, egress, seen))]
    },
    { equals: () => false },
  )
  // What hosts name changes less often than what they say of it, and lists of references stay the same values as long.
  const named = graph.derive('virtual hosts/named', encoded, ({ scope, hosts: some }) => ({
    scope,
    clusters: some.flatMap((host) => host.clusters),
    origins: some.flatMap((host) => host.origins),
  }))
  const namedBy = graph.index('virtual hosts/named by scope', named, ({ scope }) => [scope])
  const refs = graph.derive('clusters of routes', scopes, ({ key, egress: seen }, reader) => {
    const last = unknownHost(isRegistryOnly(reader, egress, seen))
    return clusterRefs([...reader.lookup(namedBy, key), last])
  })
  const origins = graph.derive('origins of routes', scopes, ({ key }, reader) => originsOf(reader.lookup(namedBy, key)))
  return graph.derive(
    'routes of sidecars',
    hosts,
    (list, reader, key): LayerPart => {
      const settings = routeConfiguration(HTTP_PROXY_ROUTES, [], false)
      const routes = routeResource(settings, list, reader.get(refs, key) ?? [], reader.get(origins, key) ?? [])
      return { layer: routeLayer(key), resources: [routes] }
    },
    LAYER_PART_EQUALITY,
  )
}

function isRegistryOnly(reader: Reader, egress: Collection<EgressScope>, scope: string): boolean {
  return reader.get(egress, scope)?.sidecar?.registryOnly ?? false
}
