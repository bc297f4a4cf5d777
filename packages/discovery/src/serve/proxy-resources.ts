import { createHash } from 'node:crypto'
import type { Collection, Graph, Reader } from '@mizzen/collections'
import type { XdsResource } from '@mizzen/xds'
import type { Tables } from '../ingest/tables.ts'
import type { Labels } from '../model/labels.ts'
import { mergeGateways } from '../model/merged-gateway.ts'
import { accessLogSettings } from '../model/mesh-config.ts'
import { type AccessLogSettings, DEFAULT_ACCESS_LOG, type MeshSettings } from '../model/mesh-settings.ts'
import type { ProxySpec } from '../model/proxy.ts'
import {
  type InboundClusterPlan,
  type ListenerPlan,
  type ProxyPlan,
  planGateway,
  planSidecar,
  type RoutePlan,
} from '../model/proxy-plan.ts'
import { type ServiceTarget, targetsOf } from '../model/service-target.ts'
import { MESH_GATEWAY } from '../model/virtual-service.ts'
import { blackHoleCluster, inboundCluster, passthroughCluster } from '../translate/cluster.ts'
import { gatewayRoutes } from '../translate/gateway-routes.ts'
import { listener } from '../translate/listener.ts'
import { clusterResource, listenerResource, routeResource, sameResource } from '../translate/resource.ts'
import { sidecarRoutes } from '../translate/sidecar-routes.ts'
import { ASSIGNED_EQUALITY, type AssignedCollection, assign, assignedCollection } from './assigned.ts'
import type { RuleCollections } from './rules.ts'
import type { ServiceCollections } from './services.ts'

const SAME_RESOURCE = { equals: sameResource }
const ACCESS_LOG = 'access log'

/** The same in every proxy. */
const COMMON_CLUSTERS = [clusterResource(passthroughCluster(), []), clusterResource(blackHoleCluster(), [])]

/**
 * Listeners, routes and inbound clusters: what differs from proxy to proxy. Each proxy has a plan in plain values; equal
 * parts of plans are one resource, encoded once.
 */
export function proxyResources(
  graph: Graph,
  tables: Tables,
  proxies: Collection<ProxySpec>,
  services: ServiceCollections,
  rules: RuleCollections,
  mesh: MeshSettings,
): AssignedCollection {
  const plans = graph.derive('proxy plans', proxies, (spec, reader) => planFor(spec, reader, services, rules))
  const listeners = listenerResources(graph, tables, plans, mesh)
  const routes = routeResources(graph, plans, services, rules, mesh)
  const clusters = graph.derive(
    'inbound clusters',
    graph.deriveMany('inbound cluster plans', plans, (plan) => plan.clusters.map(keyed)),
    (plan: InboundClusterPlan) => clusterResource(inboundCluster(plan), plan.origins),
    SAME_RESOURCE,
  )
  const assigned = graph.deriveMany(
    'resources of proxies',
    plans,
    (plan, reader, scope) => {
      const own = [
        ...plan.clusters.map((part) => reader.get(clusters, keyOf(part))),
        ...plan.routes.map((part) => reader.get(routes, keyOf(part))),
        ...plan.listeners.map((part) => reader.get(listeners, keyOf(part))),
      ]
      return [...COMMON_CLUSTERS, ...own.filter((one) => one !== undefined)].map((one) => assign(scope, one))
    },
    ASSIGNED_EQUALITY,
  )
  return assignedCollection(graph, assigned)
}

function planFor(spec: ProxySpec, reader: Reader, services: ServiceCollections, rules: RuleCollections): ProxyPlan {
  const targets = serviceTargets(spec, reader, services)
  const labels = labelsThatMatter(spec.labels, reader, rules)
  if (spec.type === 'sidecar') return planSidecar(spec, targets, labels)
  return planGateway(spec, mergeGateways(reader.list(rules.gateways), spec, targets), labels)
}

/** The services that a proxy's workload is part of: by labels, or because an endpoint has its address. */
function serviceTargets(spec: ProxySpec, reader: Reader, services: ServiceCollections): ServiceTarget[] {
  const byAddress = reader.lookup(services.atAddress, spec.ip)
  const endpointsOf = new Map(byAddress.map(({ hostname, endpoints }) => [hostname, endpoints]))
  const candidates = new Map(reader.lookup(services.selectingIn, spec.namespace).map((one) => [one.hostname, one]))
  for (const { hostname } of byAddress) {
    const service = reader.get(services.services, hostname)
    if (service !== undefined) candidates.set(hostname, service)
  }
  return [...candidates.values()].flatMap((one) => targetsOf(spec, one, endpointsOf.get(one.hostname) ?? []))
}

/** Other labels (a ReplicaSet's hash) would only keep proxies from sharing routes. */
function labelsThatMatter(labels: Labels, reader: Reader, { matchingLabel }: RuleCollections): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => reader.lookup(matchingLabel, name).length > 0))
}

function listenerResources(
  graph: Graph,
  tables: Tables,
  plans: Collection<ProxyPlan>,
  mesh: MeshSettings,
): Collection<XdsResource> {
  const configMap = `ConfigMap/${mesh.rootNamespace}/istio`
  const logs = graph.deriveMany(ACCESS_LOG, tables.ConfigMap, (object, _reader, key) =>
    key === configMap ? [[ACCESS_LOG, accessLogSettings(object)] as const] : [],
  )
  return graph.derive(
    'listeners',
    graph.deriveMany('listener plans', plans, (plan) => plan.listeners.map(keyed)),
    (plan: ListenerPlan, reader) => {
      const settings: AccessLogSettings | undefined = reader.get(logs, ACCESS_LOG)
      const names = plan.kind === 'inbound' ? { cluster: plan.cluster } : { routes: plan.routeName }
      return listenerResource(listener(plan, settings ?? DEFAULT_ACCESS_LOG), names, plan.origins)
    },
    SAME_RESOURCE,
  )
}

function routeResources(
  graph: Graph,
  plans: Collection<ProxyPlan>,
  { services }: ServiceCollections,
  { boundTo }: RuleCollections,
  mesh: MeshSettings,
): Collection<XdsResource> {
  return graph.derive(
    'routes',
    graph.deriveMany('route plans', plans, (plan) => plan.routes.map(keyed)),
    (plan: RoutePlan, reader) => {
      const serviceOf = (hostname: string) => reader.get(services, hostname)
      if (plan.kind === 'gateway') {
        const virtualServicesOf = (gateway: string) => reader.lookup(boundTo, gateway)
        const gateways = [...new Set(plan.servers.map((server) => server.gateway))]
        const origins = gateways.flatMap((gateway) => virtualServicesOf(gateway).map((one) => one.origin.key))
        const own = plan.servers.map((server) => server.origin)
        return routeResource(gatewayRoutes(plan, { virtualServicesOf, serviceOf }), [...own, ...origins])
      }
      const virtualServices = reader.lookup(boundTo, MESH_GATEWAY)
      const input = { mesh, services: reader.list(services), virtualServices, serviceOf }
      return routeResource(
        sidecarRoutes(plan, input),
        virtualServices.map((one) => one.origin.key),
      )
    },
    SAME_RESOURCE,
  )
}

type Part = ListenerPlan | RoutePlan | InboundClusterPlan

function keyed<P extends Part>(part: P): readonly [string, P] {
  return [keyOf(part), part]
}

/** Equal parts have equal keys: the name for people, and a digest of all of it. */
function keyOf(part: Part): string {
  return `${part.name} ${createHash('sha256').update(JSON.stringify(part)).digest('hex').slice(0, 16)}`
}
