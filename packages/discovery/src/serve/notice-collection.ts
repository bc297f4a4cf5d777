import type { Collection, Graph } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import { type Notice, serverNotices } from '../model/notices.ts'
import type { ProxyPlan } from '../model/proxy-plan.ts'
import type { RuleCollections } from './rules.ts'
import { secretNoticeCollection } from './secrets.ts'

/** Findings about objects that are valid by themselves, by key of the object. */
export function noticeCollection(
  graph: Graph,
  tables: Tables,
  rules: RuleCollections,
  proxies: Collection<ProxyPlan>,
  ofReports: Collection<readonly Notice[]>,
): Collection<readonly Notice[]> {
  const gateways = graph.derive('notices/gateways', rules.gateways, (gateway) => {
    const notices = serverNotices(gateway)
    return notices.length === 0 ? undefined : notices
  })
  return graph.join('notices', [gateways, secretNoticeCollection(graph, tables, proxies), ofReports])
}
