import type { Collection, Graph, Index, Reader } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import {
  chooseRule,
  type DestinationRuleModel,
  destinationRuleModel,
  type MergedRule,
  mergeRules,
} from '../model/destination-rule.ts'
import { type GatewayModel, gatewayModel } from '../model/gateway.ts'
import { isWildcard } from '../model/host-name.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import type { ServiceModel } from '../model/service.ts'
import { MESH_GATEWAY, type VirtualServiceModel, virtualServiceModel } from '../model/virtual-service.ts'

/** What users say about traffic, with names resolved. */
export interface RuleCollections {
  readonly gateways: Collection<GatewayModel>
  readonly virtualServices: Collection<VirtualServiceModel>
  /** By `namespace/name` of a Gateway, or `mesh`. */
  readonly boundTo: Index<VirtualServiceModel>
  /** Those of the mesh, by host. */
  readonly meshRulesOf: Index<VirtualServiceModel>
  /** Those with a match on this label of the client. */
  readonly matchingLabel: Index<VirtualServiceModel>
  /** By host; wildcards under `*`. */
  readonly destinationRules: Index<DestinationRuleModel>
}

const WILDCARDS = '*'

export function ruleCollections(graph: Graph, tables: Tables, mesh: MeshSettings): RuleCollections {
  const gateways = graph.derive('gateways', tables.Gateway, (object) => gatewayModel(object))
  const virtualServices = graph.derive('virtual services', tables.VirtualService, (object) =>
    virtualServiceModel(object, mesh),
  )
  const rules = graph.derive('destination rules', tables.DestinationRule, (object) =>
    destinationRuleModel(object, mesh),
  )
  return {
    gateways,
    virtualServices,
    boundTo: graph.index('virtual services by gateway', virtualServices, (one) => one.gateways),
    meshRulesOf: graph.index('virtual services of the mesh by host', virtualServices, (one) =>
      one.gateways.includes(MESH_GATEWAY) ? one.hosts : [],
    ),
    matchingLabel: graph.index('virtual services by source label', virtualServices, sourceLabels),
    destinationRules: graph.index('destination rules by host', rules, ({ host }) => [
      isWildcard(host) ? WILDCARDS : host,
    ]),
  }
}

function sourceLabels({ http }: VirtualServiceModel): string[] {
  return http.flatMap(({ match = [] }) => match.flatMap((one) => Object.keys(one.sourceLabels ?? {})))
}

/** The merged DestinationRule that clients of a namespace heed for a service. */
export function ruleFor(
  reader: Reader,
  { destinationRules }: RuleCollections,
  service: ServiceModel,
  clientNamespace: string,
  mesh: MeshSettings,
): MergedRule | undefined {
  const candidates = [
    ...reader.lookup(destinationRules, service.hostname),
    ...reader.lookup(destinationRules, WILDCARDS),
  ]
  const byNamespace = Map.groupBy(candidates, (rule) => rule.origin.namespace)
  const merged = [...byNamespace.values()].flatMap((rules) => mergeRules(rules, service.hostname) ?? [])
  return chooseRule(merged, clientNamespace, service.origin.namespace, mesh.rootNamespace)
}
