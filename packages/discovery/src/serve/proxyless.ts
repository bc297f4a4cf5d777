import { type Collection, type Graph, pairKey } from '@mizzen/collections'
import { outboundCluster, parseDomainName } from '../model/cluster-name.ts'
import type { EgressScope } from '../model/egress-scope.ts'
import { routeListKey } from '../model/route-list.ts'
import type { RouteScope, VirtualHostPlan } from '../model/virtual-host.ts'
import { apiListener, proxylessClusters } from '../translate/proxyless.ts'
import { clusterRefs, routeResource } from '../translate/resource.ts'
import type { EncodedRoutes } from '../translate/route-list.ts'
import { sidecarVirtualHost } from '../translate/sidecar-routes.ts'
import { routeConfiguration } from '../translate/virtual-host.ts'
import { choose } from './clusters.ts'
import { LAYER_PART_EQUALITY, type LayerPart } from './layer.ts'
import type { VirtualHostInput, VirtualHostPlans } from './virtual-hosts.ts'

/** The layers of such a client: what services of its own namespace are called there, what it shares, and its clusters. */
export function proxylessLayers({ key, audience }: RouteScope): string[] {
  return [hostLayer(key), hostLayer(audience.key), clusterLayer(audience.egress)]
}

/** By key of the EgressScope. */
function clusterLayer(egress: string): string {
  return `proxyless clusters ${egress}`
}

/** Listeners and routes, by key of the RouteScope or RouteAudience. */
function hostLayer(scope: string): string {
  return `proxyless ${scope}`
}

/**
 * What gRPC libraries without a proxy have instead of a sidecar's resources. Endpoints are everybody's.
 * @param scopes of those clients
 */
export function proxylessParts(
  graph: Graph,
  scopes: Collection<RouteScope>,
  { shared, atHome }: VirtualHostPlans,
  lists: Collection<EncodedRoutes>,
  input: VirtualHostInput,
): Collection<LayerPart> {
  const keys = graph.deriveMany('proxyless audiences and scopes', scopes, ({ key, audience }) =>
    [key, audience.key].map((one) => [one, one] as const),
  )
  const hosts = graph.derive(
    'proxyless listeners and routes',
    graph.join('proxyless virtual hosts', [shared, atHome]),
    (some, reader): LayerPart | undefined => {
      const key = reader.get(keys, some[0]?.scope ?? '')
      if (key === undefined) return undefined
      const resources = some.flatMap((host) => hostResources(host, reader.get(lists, routeListKey(host.routes))))
      return { layer: hostLayer(key), resources }
    },
    LAYER_PART_EQUALITY,
  )
  const clusters = clusterParts(graph, scopes, input)
  return graph.join('proxyless parts', [keyedApart(graph, 'hosts', hosts), keyedApart(graph, 'clusters', clusters)])
}

/** Under keys that no other part has. */
function keyedApart(graph: Graph, kind: string, parts: Collection<LayerPart>): Collection<LayerPart> {
  const name = `proxyless parts/${kind}`
  return graph.deriveMany(name, parts, (part, _, key) => [[`${name} ${key}`, part] as const], LAYER_PART_EQUALITY)
}

/** A listener for each name that has the port, and the routes that they share. */
function hostResources(host: VirtualHostPlan, routes: EncodedRoutes | undefined) {
  const encoded = routes && sidecarVirtualHost(host, [], routes)
  const called = parseDomainName(host.name)
  if (encoded === undefined || called === undefined) return []
  const { origins } = encoded
  const name = outboundCluster(called.port, '', called.host)
  const names = host.domains.filter((domain) => domain.endsWith(`:${called.port}`) && !domain.startsWith('*'))
  return [
    routeResource(routeConfiguration(name, [], false), [encoded], clusterRefs([encoded]), origins),
    ...names.map((domain) => apiListener(domain, name, origins)),
  ]
}

function clusterParts(
  graph: Graph,
  scopes: Collection<RouteScope>,
  { services, rules, seen: { services: seenServices }, egress, mesh }: VirtualHostInput,
): Collection<LayerPart> {
  const seen = graph.deriveMany('proxyless egress scopes', scopes, (scope, reader) => {
    const known = reader.get(egress, scope.audience.egress)
    return known === undefined ? [] : [[known.key, known] as const]
  })
  return graph.product(
    'proxyless clusters',
    seen,
    services.services,
    (scope: EgressScope, service, reader): LayerPart | undefined => {
      const one = reader.get(seenServices, pairKey(scope.key, service.hostname))
      if (one === undefined) return undefined
      const choice = choose(one, reader, rules, mesh)
      const clusters = proxylessClusters(choice).filter(({ port }) => choice.ports.includes(port))
      return { layer: clusterLayer(scope.key), resources: clusters.map(({ resource }) => resource) }
    },
    LAYER_PART_EQUALITY,
  )
}
