import { type Collection, Graph, type GraphOptions, type Source } from '@mizzen/collections'
import { createTables, type Tables } from '../ingest/tables.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import type { Notice } from '../model/notices.ts'
import type { ProxySpec } from '../model/proxy.ts'
import { clusterParts } from './clusters.ts'
import { gatewayRouteLists, gatewayRouteResources } from './gateway-routes.ts'
import { interceptParts, interceptPlans } from './intercepted.ts'
import type { LayerPart } from './layer.ts'
import { nameTableParts } from './name-tables.ts'
import { noticeCollection } from './notice-collection.ts'
import { onDemandParts } from './on-demand-hosts.ts'
import { proxyLayers, proxyParts, proxyPlans } from './proxy-resources.ts'
import { proxylessParts } from './proxyless.ts'
import { reportNotices, reportServices, reportSettingsCollection } from './report-settings.ts'
import { routeLists } from './route-lists.ts'
import { type MissingSubset, ruleCollections } from './rules.ts'
import { scopeCollections } from './scopes.ts'
import { seenCollections } from './seen.ts'
import { serviceCollections } from './services.ts'
import { lostDomainsOf, sidecarRouteParts } from './sidecar-routes.ts'
import { virtualHostPlans } from './virtual-hosts.ts'

/** Everything from raw objects and connected proxies to encoded resources. */
export interface Pipeline {
  readonly graph: Graph
  readonly tables: Tables
  /** Who is to be served, by scope. Nothing is made for a namespace or a kind of proxy that is not here. */
  readonly proxies: Source<ProxySpec>
  /** Encoded resources by the layer that they belong to. */
  readonly parts: Collection<LayerPart>
  /** The layers that a proxy has, by its scope. */
  readonly layersOf: Collection<readonly string[]>
  readonly notices: Collection<readonly Notice[]>
  /** VirtualServices whose newest state waits for a subset, by key. */
  readonly heldBack: Collection<MissingSubset>
}

/** objects → services, endpoints, rules → scopes, plans → clusters, endpoints, routes, listeners. */
export function createPipeline(mesh: MeshSettings, options: GraphOptions = {}): Pipeline {
  const graph = new Graph(options)
  const tables = createTables(graph)
  const proxies = graph.source<ProxySpec>('proxies')
  const services = serviceCollections(graph, tables, mesh)
  const rules = ruleCollections(graph, tables, services, mesh)
  const { scopeOf, scopes } = scopeCollections(graph, tables, proxies, rules, mesh)
  const plans = proxyPlans(graph, proxies, services, rules, scopeOf)
  const seen = seenCollections(graph, scopes, services, rules)
  const input = { services, rules, seen, egress: scopes, mesh }
  const intercepting = interceptPlans(graph, plans.plans)
  const meshReports = reportSettingsCollection(graph, tables, services, mesh)
  const clients = graph.join('route scopes of clients', [
    plans.routeScopes,
    graph.deriveMany('route scopes intercepted', intercepting, ({ scope }) => [[scope.key, scope] as const]),
    plans.onDemandScopes,
    plans.proxylessScopes,
  ])
  const hosts = virtualHostPlans(graph, clients, input)
  const lost = lostDomainsOf(graph, clients, hosts)
  const lists = routeLists(graph, [hosts.lists, gatewayRouteLists(graph, plans, rules)], services, rules)
  const gatewayRoutes = gatewayRouteResources(graph, plans, rules, lists)
  const parts = graph.join('parts of layers', [
    clusterParts(graph, scopes, seen, services, rules, mesh, reportServices(graph, meshReports, services, rules, mesh)),
    sidecarRouteParts(graph, plans.routeScopes, hosts, lost, lists, input),
    onDemandParts(graph, plans.onDemandScopes, hosts, lost, lists, input),
    proxylessParts(graph, plans.proxylessScopes, hosts, lists, input),
    nameTableParts(graph, proxies, scopeOf, services, seen),
    interceptParts(graph, intercepting, hosts, lists, meshReports, input),
    proxyParts(graph, plans, gatewayRoutes, { tables, meshReports, services, rules, mesh }),
  ])
  const layersOf = proxyLayers(graph, proxies, plans, scopeOf)
  const notices = noticeCollection(graph, tables, rules, plans.plans, reportNotices(graph, tables, services, mesh))
  return { graph, tables, proxies, parts, layersOf, notices, heldBack: rules.heldBack }
}
