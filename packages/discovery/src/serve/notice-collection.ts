import type { Collection, Graph } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import { type Notice, serverNotices, serviceNotices } from '../model/notices.ts'
import { serviceModel } from '../model/service.ts'
import type { RuleCollections } from './rules.ts'

/** Findings about objects that are valid by themselves, by key of the object. */
export function noticeCollection(
  graph: Graph,
  tables: Tables,
  rules: RuleCollections,
  mesh: MeshSettings,
): Collection<readonly Notice[]> {
  const gateways = graph.derive('notices/gateways', rules.gateways, (gateway) => orNothing(serverNotices(gateway)))
  const kubernetes = graph.derive('notices/services', tables.Service, (one) => {
    const model = serviceModel(one, mesh)
    return model && orNothing(serviceNotices(model))
  })
  return graph.join('notices', [gateways, kubernetes])
}

function orNothing(notices: readonly Notice[]): readonly Notice[] | undefined {
  return notices.length === 0 ? undefined : notices
}
