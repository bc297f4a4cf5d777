import type { Collection, Graph, Index } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import { type JudgedRule, judgedRule, ruleOfCanary } from '../model/judged-rule.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import type { VirtualServiceModel } from '../model/virtual-service.ts'

/**
 * Of which rules servers are to tell the routes apart, since a rollout judges these one by one; by the hosts of the
 * services. A weight that changes changes nothing of it.
 */
export function judgedRules(
  graph: Graph,
  { Canary }: Tables,
  virtualServices: Collection<VirtualServiceModel>,
  mesh: MeshSettings,
): Index<JudgedRule> {
  const judged = graph.derive('judged rules', Canary, (canary, reader) => {
    const rule = reader.get(virtualServices, ruleOfCanary(canary))
    return rule && judgedRule(canary, rule, mesh)
  })
  return graph.index('judged rules by host', judged, ({ hosts }) => hosts)
}
