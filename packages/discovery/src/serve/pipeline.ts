import { type Collection, Graph, type GraphOptions, type Source } from '@mizzen/collections'
import { createTables, type Tables } from '../ingest/tables.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import type { Notice } from '../model/notices.ts'
import type { ProxySpec } from '../model/proxy.ts'
import type { AssignedCollection } from './assigned.ts'
import { namespaceResources } from './namespace-resources.ts'
import { noticeCollection } from './notice-collection.ts'
import { proxyResources } from './proxy-resources.ts'
import { ruleCollections } from './rules.ts'
import { serviceCollections } from './services.ts'

/** Everything from raw objects and connected proxies to encoded resources. */
export interface Pipeline {
  readonly graph: Graph
  readonly tables: Tables
  /** Who is to be served, by scope. Nothing is made for a namespace or a kind of proxy that is not here. */
  readonly proxies: Source<ProxySpec>
  readonly ofNamespaces: AssignedCollection
  readonly ofProxies: AssignedCollection
  readonly notices: Collection<readonly Notice[]>
}

/** objects → services, endpoints, rules → policies, plans → clusters, endpoints, routes, listeners. */
export function createPipeline(mesh: MeshSettings, options: GraphOptions = {}): Pipeline {
  const graph = new Graph(options)
  const tables = createTables(graph)
  const proxies = graph.source<ProxySpec>('proxies')
  const services = serviceCollections(graph, tables, mesh)
  const rules = ruleCollections(graph, tables, mesh)
  const ofNamespaces = namespaceResources(graph, proxies, services, rules, mesh)
  const ofProxies = proxyResources(graph, tables, proxies, services, rules, mesh)
  const notices = noticeCollection(graph, tables, services, rules, mesh)
  return { graph, tables, proxies, ofNamespaces, ofProxies, notices }
}
