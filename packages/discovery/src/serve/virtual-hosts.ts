import { type Collection, type Graph, type Index, pairKey, type Reader } from '@mizzen/collections'
import { type EgressScope, visiblePorts } from '../model/egress-scope.ts'
import { isWildcard, mostSpecificMatch } from '../model/host-name.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import { type RouteListPlan, routeListKey } from '../model/route-list.ts'
import type { ServiceModel } from '../model/service.ts'
import { ruleFor, type SidecarClient, serviceHosts, unknownHosts } from '../model/sidecar-hosts.ts'
import type { RouteAudience, RouteScope, VirtualHostPlan } from '../model/virtual-host.ts'
import { homeNamespace } from '../model/virtual-host-domains.ts'
import { MESH_GATEWAY, type VirtualServiceModel } from '../model/virtual-service.ts'
import { type RuleCollections, WILDCARDS } from './rules.ts'
import type { ServiceCollections } from './services.ts'

/** What virtual hosts of sidecars are made from. */
export interface VirtualHostInput {
  readonly services: ServiceCollections
  readonly rules: RuleCollections
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
      return client && orNothing(hostsOfService(client, service, reader, rules))
    },
  )
  const ofRules = graph.product('virtual hosts/rules', audiences, rules.virtualServices, (audience, rule, reader) => {
    const client = clientOf(audience, reader, input)
    return client && orNothing(hostsOfRule(client, rule, reader, input))
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
    const home = homeNamespace(service.hostname, input.mesh.domain)
    const clients = home === undefined ? [] : reader.lookup(scopesIn, home)
    return clients.flatMap((scope) => {
      const client = clientOf(scope.audience, reader, input, scope)
      const hosts = client && orNothing(hostsOfService(client, service, reader, input.rules))
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
  return seen && { key, audience, namespace: scope?.namespace, egress: seen, domain: mesh.domain }
}

function hostsOfService(
  client: SidecarClient,
  service: ServiceModel,
  reader: Reader,
  rules: RuleCollections,
): VirtualHostPlan[] {
  const ports = visiblePorts(client.egress, service, () => reader.lookup(rules.leadingTo, service.hostname))
  return ports.length === 0 ? [] : serviceHosts(client, service, ports, ruleOf(client, service.hostname, reader, rules))
}

function hostsOfRule(
  client: SidecarClient,
  rule: VirtualServiceModel,
  reader: Reader,
  { services: { services }, rules }: VirtualHostInput,
): VirtualHostPlan[] {
  if (!rule.gateways.includes(MESH_GATEWAY)) return []
  const sees = (service: ServiceModel) =>
    visiblePorts(client.egress, service, () => reader.lookup(rules.leadingTo, service.hostname)).length > 0
  const isKnown = (host: string) => {
    if (isWildcard(host)) {
      const covered = reader.fetch(services, ({ hostname }) => mostSpecificMatch(hostname, [host]) !== undefined)
      return covered.some(sees)
    }
    const service = reader.get(services, host)
    return service !== undefined && sees(service)
  }
  return unknownHosts(client, rule, isKnown, (host) => ruleOf(client, host, reader, rules))
}

function ruleOf(
  { egress }: SidecarClient,
  host: string,
  reader: Reader,
  { meshRulesOf }: RuleCollections,
): VirtualServiceModel | undefined {
  return ruleFor(host, egress, reader.lookup(meshRulesOf, host), reader.lookup(meshRulesOf, WILDCARDS))
}

function orNothing<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list
}
