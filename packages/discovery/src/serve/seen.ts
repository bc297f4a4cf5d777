import { type Collection, type Graph, type Index, pairKey, type Reader, SINGLETON } from '@mizzen/collections'
import { type EgressScope, leadsOf, seesRule, visiblePorts } from '../model/egress-scope.ts'
import { HostSet } from '../model/host-set.ts'
import { byAge } from '../model/origin.ts'
import type { ServiceModel, ServicePortModel } from '../model/service.ts'
import { MESH_GATEWAY, type VirtualServiceModel } from '../model/virtual-service.ts'
import { hostSetCollection } from './host-set-collection.ts'
import type { RuleCollections } from './rules.ts'
import type { ServiceCollections } from './services.ts'

/** A service that clients of a scope see. */
export interface SeenService {
  readonly scope: EgressScope
  readonly service: ServiceModel
  /** Never empty. */
  readonly ports: readonly ServicePortModel[]
}

/** A VirtualService of the mesh that clients of a scope heed. */
interface SeenRule {
  readonly scope: string
  /** As `leadsOf`; empty where the scope sees everything anyway. */
  readonly leads: ReturnType<typeof leadsOf>
}

/** What clients of each scope see. Keys are pairs: of the scope's key, and that of a service or rule, or a host. */
export interface SeenCollections {
  readonly services: Collection<SeenService>
  /** Names of those services, by scope. */
  readonly names: Collection<HostSet>
  readonly rules: Collection<SeenRule>
  /** The VirtualService that counts for a host as rules say it: of those that are heeded, the oldest. */
  readonly ruleOf: Collection<VirtualServiceModel>
  /** All hosts of VirtualServices of the mesh, to be read as SINGLETON. */
  readonly ruleHosts: Collection<HostSet>
}

const NO_LEADS: SeenRule['leads'] = new Map()

const SAME_SERVICE = {
  equals: (left: SeenService, right: SeenService) =>
    left.scope === right.scope &&
    left.service === right.service &&
    left.ports.length === right.ports.length &&
    left.ports.every((port, index) => port === right.ports[index]),
}

/** Values are those of another collection, which keeps what is equal. */
const IDENTICAL = { equals: (left: unknown, right: unknown) => left === right }

export function seenCollections(
  graph: Graph,
  scopes: Collection<EgressScope>,
  { services }: ServiceCollections,
  { virtualServices, meshRulesOf }: RuleCollections,
): SeenCollections {
  const rules = graph.product('rules seen', scopes, virtualServices, seenRule)
  const leading = graph.index('rules seen by destination', rules, ({ scope, leads }) =>
    [...leads.keys()].map((host) => pairKey(scope, host)),
  )
  const seen = graph.product(
    'services seen',
    scopes,
    services,
    (scope, service, reader): SeenService | undefined => {
      const ports = visiblePorts(scope, service, () => ledPorts(reader, leading, scope.key, service.hostname))
      return ports.length === 0 ? undefined : { scope, service, ports }
    },
    SAME_SERVICE,
  )
  const hosts = graph.deriveMany('hosts of rules', virtualServices, (rule) =>
    ofMesh(rule) ? rule.hosts.map((host) => [host, host] as const) : [],
  )
  const ruleOf = graph.product(
    'rules seen by host',
    scopes,
    hosts,
    (scope, host, reader) => {
      const heeded = reader
        .lookup(meshRulesOf, host)
        .filter((rule) => reader.get(rules, pairKey(scope.key, rule.origin.key)))
      return heeded.toSorted((left, right) => byAge(left.origin, right.origin))[0]
    },
    IDENTICAL,
  )
  const ruleHosts = hostSetCollection(graph, 'hosts of rules/set', (reader) => reader.list(hosts))
  return { services: seen, names: namesSeen(graph, scopes, seen), rules, ruleOf, ruleHosts }
}

/**
 * The VirtualService for a host: the most specific name counts, then the oldest object. They do not merge in the mesh.
 * @param scope key of the EgressScope
 */
export function seenRuleFor(
  reader: Reader,
  { ruleOf, ruleHosts }: SeenCollections,
  scope: string,
  host: string,
): VirtualServiceModel | undefined {
  for (const covering of reader.get(ruleHosts, SINGLETON)?.covering(host) ?? []) {
    const rule = reader.get(ruleOf, pairKey(scope, covering))
    if (rule !== undefined) return rule
  }
  return undefined
}

function seenRule(scope: EgressScope, rule: VirtualServiceModel): SeenRule | undefined {
  if (!ofMesh(rule) || !seesRule(scope, rule)) return undefined
  return { scope: scope.key, leads: scope.sidecar?.egress === undefined ? NO_LEADS : leadsOf(scope, rule) }
}

function ofMesh({ gateways }: VirtualServiceModel): boolean {
  return gateways.includes(MESH_GATEWAY)
}

function ledPorts(reader: Reader, leading: Index<SeenRule>, scope: string, hostname: string): (number | undefined)[] {
  return reader.lookup(leading, pairKey(scope, hostname)).flatMap(({ leads }) => leads.get(hostname) ?? [])
}

function namesSeen(graph: Graph, scopes: Collection<EgressScope>, seen: Collection<SeenService>): Collection<HostSet> {
  const names = graph.derive('services seen/names', seen, ({ scope, service }) => ({
    scope: scope.key,
    name: service.hostname,
  }))
  const namesOf = graph.index('services seen/names by scope', names, ({ scope }) => [scope])
  return graph.derive(
    'services seen/name sets',
    scopes,
    (scope, reader) => new HostSet(reader.lookup(namesOf, scope.key).map(({ name }) => name)),
  )
}
