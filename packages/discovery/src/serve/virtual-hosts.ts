import type { Collection, Graph, Index, Reader } from '@mizzen/collections'
import { type EgressScope, visiblePorts } from '../model/egress-scope.ts'
import { isWildcard, mostSpecificMatch } from '../model/host-name.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import { type RouteListPlan, routeListKey } from '../model/route-list.ts'
import type { ServiceModel } from '../model/service.ts'
import { ruleFor, type SidecarClient, serviceHosts, unknownHosts } from '../model/sidecar-hosts.ts'
import type { RouteScope, VirtualHostPlan } from '../model/virtual-host.ts'
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

export interface VirtualHostPlans {
  /** The virtual hosts of a service, or of a VirtualService whose hosts no service has, for one scope. Never empty. */
  readonly plans: Collection<readonly VirtualHostPlan[]>
  readonly plansOf: Index<readonly VirtualHostPlan[]>
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
  const ofServices = graph.product('virtual hosts/services', scopes, services.services, (scope, service, reader) => {
    const client = clientOf(scope, reader, input)
    return client && orNothing(hostsOfService(client, service, reader, rules))
  })
  const ofRules = graph.product('virtual hosts/rules', scopes, rules.virtualServices, (scope, rule, reader) => {
    const client = clientOf(scope, reader, input)
    return client && orNothing(hostsOfRule(client, rule, reader, input))
  })
  const plans = graph.join('virtual hosts/plans', [ofServices, ofRules])
  return {
    plans,
    plansOf: graph.index('virtual hosts/plans by scope', plans, (hosts) => hosts.map(({ scope }) => scope)),
    lists: graph.deriveMany('virtual hosts/route lists', plans, (hosts) =>
      hosts.map(({ routes }) => [routeListKey(routes), routes] as const),
    ),
  }
}

function clientOf(scope: RouteScope, reader: Reader, { egress, mesh }: VirtualHostInput): SidecarClient | undefined {
  const seen = reader.get(egress, scope.egress)
  return seen && { scope, egress: seen, domain: mesh.domain }
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
