import type { Collection, Graph, Reader } from '@mizzen/collections'
import type { XdsResource } from '@mizzen/xds'
import type { EgressScope } from '../model/egress-scope.ts'
import { planGateway } from '../model/gateway-plan.ts'
import { inboundPorts } from '../model/inbound-port.ts'
import { planIntercepting } from '../model/intercepting-plan.ts'
import type { Labels } from '../model/labels.ts'
import { mergeGateways } from '../model/merged-gateway.ts'
import type { ProxySpec } from '../model/proxy.ts'
import {
  type GatewayRoutePlan,
  HTTP_PROXY_ROUTES,
  type InboundClusterPlan,
  type InboundRoutePlan,
  type ListenerPlan,
  type ProxyPlan,
  planProxyless,
  planSidecar,
} from '../model/proxy-plan.ts'
import type { SecretPlan } from '../model/secret-plan.ts'
import { type ServiceTarget, targetsOf } from '../model/service-target.ts'
import type { RouteScope } from '../model/virtual-host.ts'
import {
  blackHoleCluster,
  inboundCluster,
  inboundPassthroughCluster,
  passthroughCluster,
} from '../translate/cluster.ts'
import { digest } from '../translate/digest.ts'
import { clusterResource, sameResource } from '../translate/resource.ts'
import { onDemandRouteResource } from '../translate/virtual-host-resource.ts'
import { egressLayer } from './clusters.ts'
import { inboundRouteResources } from './inbound-routes.ts'
import { interceptLayer } from './intercepted.ts'
import { LAYER_PART_EQUALITY, type LayerPart } from './layer.ts'
import { type ListenerInput, listenerResources } from './listeners.ts'
import { nameLayer } from './name-tables.ts'
import { onDemandLayers } from './on-demand-hosts.ts'
import { proxylessLayers } from './proxyless.ts'
import { REPORTS_SCOPE } from './report-settings.ts'
import type { RuleCollections } from './rules.ts'
import { secretResources } from './secrets.ts'
import { type ServiceCollections, servicesSelecting } from './services.ts'
import { routeLayer } from './sidecar-routes.ts'

const SAME_RESOURCE = { equals: sameResource }

/** The same in every proxy. */
const COMMON_CLUSTERS = [clusterResource(passthroughCluster(), []), clusterResource(blackHoleCluster(), [])]

/** Of each sidecar that intercepts. */
const INBOUND_PASSTHROUGH = clusterResource(inboundPassthroughCluster(), [])

/** Of each sidecar that fetches virtual hosts on demand. */
const ON_DEMAND_ROUTES = onDemandRouteResource(HTTP_PROXY_ROUTES)

export interface ProxyPlans {
  /** By scope of the proxy. */
  readonly plans: Collection<ProxyPlan>
  readonly gatewayRoutes: Collection<GatewayRoutePlan>
  /** Of sidecars. */
  readonly routeScopes: Collection<RouteScope>
  /** Of sidecars that fetch virtual hosts on demand. */
  readonly onDemandScopes: Collection<RouteScope>
  /** Of gRPC libraries without a proxy. */
  readonly proxylessScopes: Collection<RouteScope>
}

/** What differs from proxy to proxy, in plain values: equal parts of plans are one resource, encoded once. */
export function proxyPlans(
  graph: Graph,
  proxies: Collection<ProxySpec>,
  services: ServiceCollections,
  rules: RuleCollections,
  scopeOf: Collection<EgressScope>,
): ProxyPlans {
  const plans = graph.derive('proxy plans', proxies, (spec, reader, key) => {
    const targets = serviceTargets(spec, reader, services)
    const labels = labelsThatMatter(spec.labels, reader, rules)
    if (spec.type === 'router')
      return planGateway(spec, mergeGateways(reader.list(rules.gateways), spec, targets), labels)
    const scope = reader.get(scopeOf, key)
    if (scope === undefined) return undefined
    const routes = routeScope(scope, spec.namespace, labels)
    if (spec.proxyless) return planProxyless(targets, routes)
    const isJudged = (hostname: string) => reader.lookup(rules.judgedAt, hostname).length > 0
    const inbound = inboundPorts(spec, targets, scope.sidecar, isJudged)
    return spec.intercepts
      ? planIntercepting(spec, inbound, routes, scope.sidecar?.registryOnly ?? false)
      : planSidecar(spec, inbound, routes)
  })
  return {
    plans,
    gatewayRoutes: graph.deriveMany('gateway route plans', plans, (plan) => plan.routes.map(keyed)),
    routeScopes: graph.deriveMany('route scopes', plans, ({ outbound, onDemand }) =>
      outbound === undefined || onDemand ? [] : [[outbound.key, outbound] as const],
    ),
    onDemandScopes: graph.deriveMany('route scopes on demand', plans, ({ outbound, onDemand }) =>
      outbound === undefined || !onDemand ? [] : [[outbound.key, outbound] as const],
    ),
    proxylessScopes: graph.deriveMany('proxyless scopes', plans, ({ proxyless }) =>
      proxyless === undefined ? [] : [[proxyless.key, proxyless] as const],
    ),
  }
}

/**
 * The resources of each proxy's own layer: listeners, inbound clusters, a gateway's routes.
 * @param gatewayRoutes by key of their plan
 */
export function proxyParts(
  graph: Graph,
  { plans }: ProxyPlans,
  gatewayRoutes: Collection<XdsResource>,
  input: ListenerInput,
): Collection<LayerPart> {
  const listenerPlans = graph.deriveMany('listener plans', plans, (plan) => plan.listeners.map(keyed))
  const listeners = listenerResources(graph, listenerPlans, input)
  const secretPlans = graph.deriveMany('secret plans', plans, (plan) => plan.secrets.map(keyed))
  const secrets = secretResources(graph, input.tables, secretPlans)
  const clusters = graph.derive(
    'inbound clusters',
    graph.deriveMany('inbound cluster plans', plans, (plan) => plan.clusters.map(keyed)),
    (plan: InboundClusterPlan) => clusterResource(inboundCluster(plan), plan.origins),
    SAME_RESOURCE,
  )
  const inboundPlans = graph.deriveMany('inbound route plans', plans, (plan) => plan.inboundRoutes.map(keyed))
  const inboundRoutes = inboundRouteResources(graph, inboundPlans, input)
  return graph.derive(
    'resources of proxies',
    plans,
    (plan, reader, scope): LayerPart => {
      const own = [
        ...plan.clusters.map((part) => reader.get(clusters, keyOf(part))),
        ...plan.routes.map((part) => reader.get(gatewayRoutes, keyOf(part))),
        ...plan.inboundRoutes.map((part) => reader.get(inboundRoutes, keyOf(part))),
        ...plan.listeners.map((part) => reader.get(listeners, keyOf(part))),
        ...plan.secrets.map((part) => reader.get(secrets, keyOf(part))),
      ]
      const routes = plan.onDemand ? [ON_DEMAND_ROUTES] : []
      const passing = plan.intercepted === undefined ? [] : [INBOUND_PASSTHROUGH]
      const resources = [...COMMON_CLUSTERS, ...passing, ...routes, ...own.filter((one) => one !== undefined)]
      return { layer: ownLayer(scope), resources }
    },
    LAYER_PART_EQUALITY,
  )
}

/** Which layers each proxy has, its own first; by scope of the proxy. */
export function proxyLayers(
  graph: Graph,
  proxies: Collection<ProxySpec>,
  { plans }: ProxyPlans,
  scopeOf: Collection<EgressScope>,
): Collection<readonly string[]> {
  return graph.derive('layers of proxies', plans, ({ outbound, onDemand, intercepted, proxyless }, reader, proxy) => {
    const scope = reader.get(scopeOf, proxy)
    const ofRoutes = (one: RouteScope) => (onDemand ? onDemandLayers(one) : [routeLayer(one.key)])
    const routes = outbound === undefined ? [] : ofRoutes(outbound)
    if (intercepted !== undefined) routes.push(interceptLayer(intercepted.key))
    if (proxyless !== undefined) routes.push(...proxylessLayers(proxyless))
    const seen = scope === undefined ? [] : [egressLayer(scope.key)]
    const names = scope !== undefined && reader.get(proxies, proxy)?.dnsCapture ? [nameLayer(scope.key)] : []
    const reports = proxyless === undefined ? [egressLayer(REPORTS_SCOPE)] : []
    return [ownLayer(proxy), ...routes, ...seen, ...names, ...reports]
  })
}

function ownLayer(proxy: string): string {
  return `proxy ${proxy}`
}

function routeScope(egress: EgressScope, namespace: string, labels: Labels): RouteScope {
  const asked = Object.keys(labels).length === 0 ? '' : `?${digest(JSON.stringify(labels))}`
  const audience = { key: `${egress.key}${asked}`, egress: egress.key, labels }
  return { key: `${audience.key} ${namespace}`, audience, namespace }
}

/** The services that a proxy's workload is part of: by labels, or because an endpoint has its address. */
function serviceTargets(spec: ProxySpec, reader: Reader, services: ServiceCollections): ServiceTarget[] {
  const endpointsOf = Map.groupBy(reader.lookup(services.atAddress, spec.ip), ({ hostname }) => hostname)
  const selecting = servicesSelecting(reader, services.bySelector, spec.namespace, spec.labels)
  const candidates = new Map(selecting.map((one) => [one.hostname, one]))
  for (const hostname of endpointsOf.keys()) {
    const service = reader.get(services.services, hostname)
    if (service !== undefined) candidates.set(hostname, service)
  }
  const byName = [...candidates.values()].sort((left, right) => (left.hostname < right.hostname ? -1 : 1))
  return byName.flatMap((one) =>
    targetsOf(
      spec,
      one,
      (endpointsOf.get(one.hostname) ?? []).flatMap((part) => part.endpoints),
    ),
  )
}

/** Other labels (a ReplicaSet's hash) would only keep proxies from sharing routes. */
function labelsThatMatter(labels: Labels, reader: Reader, { matchingLabel }: RuleCollections): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => reader.lookup(matchingLabel, name).length > 0))
}

type Part = ListenerPlan | GatewayRoutePlan | InboundRoutePlan | InboundClusterPlan | SecretPlan

function keyed<P extends Part>(part: P): readonly [string, P] {
  return [keyOf(part), part]
}

/** Equal parts have equal keys: the name for people, and a digest of all of it. */
function keyOf(part: Part): string {
  return `${part.name} ${digest(JSON.stringify(part))}`
}
