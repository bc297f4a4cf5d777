import { type Collection, type Graph, type Index, pairKey, type Reader } from '@mizzen/collections'
import type { EgressScope } from '../model/egress-scope.ts'
import { isWildcard } from '../model/host-name.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import { type RouteListPlan, routeListKey } from '../model/route-list.ts'
import { type ServiceModel, serviceDomain } from '../model/service.ts'
import { type SidecarClient, serviceHosts, unknownHosts } from '../model/sidecar-hosts.ts'
import type { RouteAudience, RouteScope, VirtualHostPlan } from '../model/virtual-host.ts'
import { homeNamespace } from '../model/virtual-host-domains.ts'
import type { VirtualServiceModel } from '../model/virtual-service.ts'
import type { RuleCollections } from './rules.ts'
import { type SeenCollections, seenRuleFor } from './seen.ts'
import type { ServiceCollections } from './services.ts'

/** What virtual hosts of sidecars are made from. */
export interface VirtualHostInput {
  readonly services: ServiceCollections
  readonly rules: RuleCollections
  readonly seen: SeenCollections
  /** By key. */
  readonly egress: Collection<EgressScope>
  readonly mesh: MeshSettings
}

/**
 * The virtual hosts of a service, or of a VirtualService whose hosts no service has. Lists are never empty. Nearly all of
 * them are the same for clients of all namespaces: services times namespaces would be too many.
 */
export interface VirtualHostPlans {
  /** By key. */
  readonly audiences: Collection<RouteAudience>
  /** As clients of other namespaces have them, by audience. */
  readonly shared: Collection<readonly VirtualHostPlan[]>
  readonly sharedOf: Index<readonly VirtualHostPlan[]>
  /** Of services of a scope's own namespace: these are instead of the shared ones that have this namespace as `home`. */
  readonly atHome: Collection<readonly VirtualHostPlan[]>
  readonly atHomeOf: Index<readonly VirtualHostPlan[]>
  /** What their routes are made from. */
  readonly lists: Collection<RouteListPlan>
}

/** Which virtual hosts there are, and what their routes are made from. A weight that changes changes nothing of this. */
export function virtualHostPlans(
  graph: Graph,
  scopes: Collection<RouteScope>,
  input: VirtualHostInput,
): VirtualHostPlans {
  const { services, rules } = input
  const audiences = graph.deriveMany('route audiences', scopes, ({ audience }) => [[audience.key, audience] as const])
  const ofServices = graph.product(
    'virtual hosts/services',
    audiences,
    services.services,
    (audience, service, reader) => {
      const client = clientOf(audience, reader, input)
      return client && orNothing(hostsOfService(client, service, reader, input.seen))
    },
  )
  const ofRules = graph.product('virtual hosts/rules', audiences, rules.virtualServices, (audience, rule, reader) => {
    const client = clientOf(audience, reader, input)
    return client && orNothing(hostsOfRule(client, rule, reader, input.seen))
  })
  const shared = graph.join('virtual hosts/plans', [ofServices, ofRules])
  const atHome = plansAtHome(graph, scopes, input)
  return {
    ...{ audiences, shared, atHome },
    sharedOf: graph.index('virtual hosts/plans by audience', shared, scopesOf),
    atHomeOf: graph.index('virtual hosts/plans by scope', atHome, scopesOf),
    // At home only the domains differ.
    lists: graph.deriveMany('virtual hosts/route lists', shared, (hosts) =>
      hosts.map(({ routes }) => [routeListKey(routes), routes] as const),
    ),
  }
}

function plansAtHome(
  graph: Graph,
  scopes: Collection<RouteScope>,
  input: VirtualHostInput,
): Collection<readonly VirtualHostPlan[]> {
  const scopesIn = graph.index('route scopes by namespace', scopes, ({ namespace }) => [namespace])
  return graph.deriveMany('virtual hosts/at home', input.services.services, (service, reader) => {
    const home = homeNamespace(service.hostname, serviceDomain(input.mesh))
    const clients = home === undefined ? [] : reader.lookup(scopesIn, home)
    return clients.flatMap((scope) => {
      const client = clientOf(scope.audience, reader, input, scope)
      const hosts = client && orNothing(hostsOfService(client, service, reader, input.seen))
      return hosts === undefined ? [] : [[pairKey(scope.key, service.hostname), hosts] as const]
    })
  })
}

function scopesOf(hosts: readonly VirtualHostPlan[]): string[] {
  return hosts.map(({ scope }) => scope)
}

/** @param scope of the client if names are to be short; otherwise it is any of the audience */
function clientOf(
  audience: RouteAudience,
  reader: Reader,
  { egress, mesh }: VirtualHostInput,
  scope?: RouteScope,
): SidecarClient | undefined {
  const seen = reader.get(egress, audience.egress)
  const key = scope?.key ?? audience.key
  return seen && { key, audience, namespace: scope?.namespace, egress: seen, domain: serviceDomain(mesh) }
}

function hostsOfService(
  client: SidecarClient,
  service: ServiceModel,
  reader: Reader,
  seen: SeenCollections,
): VirtualHostPlan[] {
  const { ports = [] } = reader.get(seen.services, pairKey(client.egress.key, service.hostname)) ?? {}
  const rule = () => seenRuleFor(reader, seen, client.egress.key, service.hostname)
  return ports.length === 0 ? [] : serviceHosts(client, service, ports, rule())
}

function hostsOfRule(
  client: SidecarClient,
  rule: VirtualServiceModel,
  reader: Reader,
  seen: SeenCollections,
): VirtualHostPlan[] {
  const scope = client.egress.key
  if (reader.get(seen.rules, pairKey(scope, rule.origin.key)) === undefined) return []
  // A name is known if there is such a service, and a wildcard if it means one.
  const isKnown = (host: string) => {
    if (!isWildcard(host)) return reader.get(seen.services, pairKey(scope, host)) !== undefined
    const [known] = reader.get(seen.names, scope)?.coveredBy(host) ?? []
    return known !== undefined
  }
  return unknownHosts(client, rule, isKnown, (host) => seenRuleFor(reader, seen, scope, host))
}

function orNothing<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list
}
