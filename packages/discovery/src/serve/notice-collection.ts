import type { Collection, Graph } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import { type Notice, serverNotices, serviceNotices, virtualServiceNotices } from '../model/notices.ts'
import { byAge } from '../model/origin.ts'
import { serviceModel } from '../model/service.ts'
import { type RuleCollections, ruleFor } from './rules.ts'
import type { ServiceCollections } from './services.ts'

/** Findings about objects that are valid by themselves, by key of the object. */
export function noticeCollection(
  graph: Graph,
  tables: Tables,
  { services }: ServiceCollections,
  rules: RuleCollections,
  mesh: MeshSettings,
): Collection<readonly Notice[]> {
  const routing = graph.derive('notices/virtual services', rules.virtualServices, (service, reader) =>
    orNothing(
      virtualServiceNotices(service, {
        gatewayOf: (name) => reader.get(rules.gateways, `Gateway/${name}`),
        serviceOf: (hostname) => reader.get(services, hostname),
        ruleOf: (one, namespace) => ruleFor(reader, rules, one, { namespace, labels: {} }, mesh),
        meshRulesOf: (host) =>
          reader.lookup(rules.meshRulesOf, host).toSorted((left, right) => byAge(left.origin, right.origin)),
      }),
    ),
  )
  const gateways = graph.derive('notices/gateways', rules.gateways, (gateway) => orNothing(serverNotices(gateway)))
  const kubernetes = graph.derive('notices/services', tables.Service, (one) => {
    const model = serviceModel(one, mesh)
    return model && orNothing(serviceNotices(model))
  })
  return graph.join('notices', [routing, gateways, kubernetes])
}

function orNothing(notices: readonly Notice[]): readonly Notice[] | undefined {
  return notices.length === 0 ? undefined : notices
}
