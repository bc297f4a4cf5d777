import { type Collection, type Graph, type Index, type Reader, structurallyEqual } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import { withDelegates } from '../model/delegate.ts'
import { type GatewayModel, gatewayModel } from '../model/gateway.ts'
import type { JudgedRule } from '../model/judged-rule.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import type { ServiceModel } from '../model/service.ts'
import {
  clientMatches,
  destinationsOf,
  MESH_GATEWAY,
  type VirtualServiceModel,
  virtualServiceModel,
} from '../model/virtual-service.ts'
import { type DestinationRuleCollections, destinationRuleCollections, ruleFor } from './destination-rules.ts'
import { judgedRules } from './judged-rules.ts'
import { type IsApart, namespacesApart } from './namespaces-apart.ts'
import type { ServiceCollections } from './services.ts'

/** A subset that a VirtualService waits for. */
export interface MissingSubset {
  readonly host: string
  readonly subset: string
}

/** What users say about traffic, with names resolved. */
export interface RuleCollections {
  readonly gateways: Collection<GatewayModel>
  /** Those in force: see `heldBack`. */
  readonly virtualServices: Collection<VirtualServiceModel>
  /** VirtualServices whose newest state is not in force yet, because it names a subset that does not exist. */
  readonly heldBack: Collection<MissingSubset>
  /** By `namespace/name` of a Gateway, or `mesh`. */
  readonly boundTo: Index<VirtualServiceModel>
  /** Those of the mesh, by host. */
  readonly meshRulesOf: Index<VirtualServiceModel>
  /** By the hosts that their routes lead or mirror to. */
  readonly leadingTo: Index<VirtualServiceModel>
  /** Those with a match on this label of the client. */
  readonly matchingLabel: Index<VirtualServiceModel>
  /** Those whose routes servers are to tell apart, by the hosts of the services that they lead to. */
  readonly judgedAt: Index<JudgedRule>
  readonly destinationRules: DestinationRuleCollections
  readonly isApart: IsApart
}

export function ruleCollections(
  graph: Graph,
  tables: Tables,
  services: ServiceCollections,
  mesh: MeshSettings,
): RuleCollections {
  const gateways = graph.derive('gateways', tables.Gateway, (object) => gatewayModel(object))
  const destinationRules = destinationRuleCollections(graph, tables, mesh)
  const written = graph.derive('virtual services/written', tables.VirtualService, (object) =>
    virtualServiceModel(object, mesh),
  )
  // Delegates have no hosts, and count only where they are used.
  const whole = graph.derive('virtual services/with delegates', written, (one, reader) =>
    one.hosts.length === 0 ? undefined : withDelegates(one, (key) => reader.get(written, key)),
  )
  const { virtualServices, heldBack } = inForce(graph, whole, services, destinationRules, mesh)
  return {
    gateways,
    virtualServices,
    heldBack,
    boundTo: graph.index('virtual services by gateway', virtualServices, (one) => one.gateways),
    meshRulesOf: graph.index('virtual services of the mesh by host', virtualServices, ({ gateways: names, hosts }) =>
      names.includes(MESH_GATEWAY) ? hosts : [],
    ),
    leadingTo: graph.index('virtual services by destination', virtualServices, (rule) =>
      destinationsOf(rule).map(({ host }) => host),
    ),
    matchingLabel: graph.index('virtual services by source label', virtualServices, sourceLabels),
    judgedAt: judgedRules(graph, tables, virtualServices, mesh),
    destinationRules,
    isApart: namespacesApart(
      graph,
      { services: services.services, virtualServices, destinationRules: destinationRules.models },
      mesh,
    ),
  }
}

interface InForce {
  readonly model: VirtualServiceModel
  /** It named nothing that did not exist when it came into force. */
  readonly good: boolean
  readonly waitsFor: MissingSubset | undefined
}

/**
 * A VirtualService that names a subset which does not exist yet keeps its last good routes until it does: in Istio the order
 * in which objects are applied decides whether requests fail. A service without the subset counts, a host that is unknown
 * as a whole does not. The only place where what is served depends on what was there before.
 */
function inForce(
  graph: Graph,
  written: Collection<VirtualServiceModel>,
  { services }: ServiceCollections,
  destinationRules: DestinationRuleCollections,
  mesh: MeshSettings,
) {
  const kept = graph.derive<VirtualServiceModel, InForce>(
    'virtual services/with last good',
    written,
    (model, reader, _key, previous) => {
      const missing = missingSubset(model, reader, services, destinationRules, mesh)
      if (missing === undefined) return { model, good: true, waitsFor: undefined }
      if (previous === undefined || !previous.good) return { model, good: false, waitsFor: undefined }
      const same = structurallyEqual(previous.model, model)
      return { model: previous.model, good: true, waitsFor: same ? undefined : missing }
    },
  )
  return {
    virtualServices: graph.derive('virtual services', kept, ({ model }) => model),
    heldBack: graph.derive('virtual services/held back', kept, ({ waitsFor }) => waitsFor),
  }
}

function missingSubset(
  rule: VirtualServiceModel,
  reader: Reader,
  services: Collection<ServiceModel>,
  destinationRules: DestinationRuleCollections,
  mesh: MeshSettings,
): MissingSubset | undefined {
  return destinationsOf(rule).flatMap(({ host, subset }) => {
    const service = subset ? reader.get(services, host) : undefined
    if (service === undefined || !subset) return []
    const namespaces = [rule.origin.namespace, service.origin.namespace]
    const exists = namespaces.some((namespace) =>
      ruleFor(reader, { destinationRules }, service, { namespace, labels: {} }, mesh)?.subsets.some(
        ({ name }) => name === subset,
      ),
    )
    return exists ? [] : [{ host, subset }]
  })[0]
}

function sourceLabels(rule: VirtualServiceModel): string[] {
  return clientMatches(rule).flatMap((one) => Object.keys(one.sourceLabels ?? {}))
}
