import { type Collection, type Graph, type Index, pairKey, type Reader, SINGLETON } from '@mizzen/collections'
import type { XdsResource } from '@mizzen/xds'
import { byAge } from '../model/origin.ts'
import { mergeOutbound, type OutboundListener, type OutboundPort, outboundPorts } from '../model/outbound-listener.ts'
import { routeConfigurationHosts } from '../model/port-hosts.ts'
import type { InterceptPlan, ProxyPlan } from '../model/proxy-plan.ts'
import { routeListKey } from '../model/route-list.ts'
import type { ServiceModel } from '../model/service.ts'
import type { VirtualHostPlan } from '../model/virtual-host.ts'
import type { VirtualServiceModel } from '../model/virtual-service.ts'
import { outboundListener, unknownDestination } from '../translate/outbound-listener.ts'
import { clusterRefs, listenerResource, originsOf, routeResource } from '../translate/resource.ts'
import type { EncodedRoutes } from '../translate/route-list.ts'
import { sidecarVirtualHost, unknownHost } from '../translate/sidecar-routes.ts'
import { byName, routeConfiguration } from '../translate/virtual-host.ts'
import { LAYER_PART_EQUALITY, type LayerPart } from './layer.ts'
import { lookupFor } from './listeners.ts'
import { type MeshReports, reportSettingsOf, withReports } from './report-settings.ts'
import type { VirtualHostInput, VirtualHostPlans } from './virtual-hosts.ts'

export function interceptLayer(key: string): string {
  return `intercepted ${key}`
}

/** Whoever intercepts, by key: sidecars of one namespace mostly share what they have. */
export function interceptPlans(graph: Graph, plans: Collection<ProxyPlan>): Collection<InterceptPlan> {
  return graph.deriveMany('intercepting scopes', plans, ({ intercepted }) =>
    intercepted === undefined ? [] : [[intercepted.key, intercepted] as const],
  )
}

/**
 * The outbound listeners of sidecars whose connections are redirected to them, and the routes by port that these name. Routes
 * are put together from lists that are encoded already.
 */
export function interceptParts(
  graph: Graph,
  plans: Collection<InterceptPlan>,
  hosts: VirtualHostPlans,
  lists: Collection<EncodedRoutes>,
  meshReports: MeshReports,
  input: VirtualHostInput,
): Collection<LayerPart> {
  const listeners = outboundListeners(graph, plans, input)
  const encoded = graph.derive(
    'intercepted/listeners',
    listeners,
    ({ plan, listener }, reader): LayerPart => {
      const resource = encodedListener(listener, plan, reader, meshReports)
      const routes = listener.routeName === '' ? [] : [routesOf(listener.routeName, plan, reader, hosts, lists)]
      return { layer: interceptLayer(plan.key), resources: [resource, ...routes] }
    },
    LAYER_PART_EQUALITY,
  )
  return graph.deriveMany(
    'intercepted/parts',
    encoded,
    (part, _, key) => [[`intercepted ${key}`, part] as const],
    LAYER_PART_EQUALITY,
  )
}

interface PlannedPort {
  readonly plan: string
  readonly ports: readonly OutboundPort[]
}

interface PlannedListener {
  readonly plan: InterceptPlan
  readonly listener: OutboundListener
}

function outboundListeners(
  graph: Graph,
  plans: Collection<InterceptPlan>,
  input: VirtualHostInput,
): Collection<PlannedListener> {
  const ports = graph.product(
    'intercepted/ports',
    plans,
    input.services.services,
    (plan, service, reader): PlannedPort | undefined => {
      const found = portsOf(plan, service, reader, input)
      return found.length === 0 ? undefined : { plan: plan.key, ports: found }
    },
  )
  const portsByPlan: Index<PlannedPort> = graph.index('intercepted/ports by scope', ports, ({ plan }) => [plan])
  return graph.deriveMany('intercepted/merged', plans, (plan, reader) => {
    const all = reader.lookup(portsByPlan, plan.key).flatMap((one) => one.ports)
    return mergeOutbound(all).map((listener) => [pairKey(plan.key, listener.name), { plan, listener }] as const)
  })
}

function portsOf(
  { scope }: InterceptPlan,
  service: ServiceModel,
  reader: Reader,
  { seen, egress, services, rules, mesh }: VirtualHostInput,
): OutboundPort[] {
  const { audience, namespace } = scope
  const visible = reader.get(seen.services, pairKey(audience.egress, service.hostname))
  const known = reader.get(egress, audience.egress)
  if (visible === undefined || known === undefined) return []
  const client = { namespace, labels: audience.labels }
  const lookup = lookupFor(known, reader, { services, rules, mesh })
  const heeded = l4Rules(service.hostname, audience.egress, reader, { seen, rules })
  return visible.ports.flatMap((port) => outboundPorts(service, port, heeded, client, lookup))
}

/** VirtualServices of the mesh that have TCP or TLS routes for a host, oldest first. */
function l4Rules(
  hostname: string,
  scope: string,
  reader: Reader,
  { seen, rules }: Pick<VirtualHostInput, 'seen' | 'rules'>,
): VirtualServiceModel[] {
  const covering = [...(reader.get(seen.ruleHosts, SINGLETON)?.covering(hostname) ?? [])]
  const found = covering.flatMap((host) => reader.lookup(rules.meshRulesOf, host))
  const heeded = found.filter(
    ({ tls, tcp, origin }) =>
      tls.length + tcp.length > 0 && reader.get(seen.rules, pairKey(scope, origin.key)) !== undefined,
  )
  return [...new Set(heeded)].sort((left, right) => byAge(left.origin, right.origin))
}

function encodedListener(
  listener: OutboundListener,
  plan: InterceptPlan,
  reader: Reader,
  meshReports: MeshReports,
): XdsResource {
  const { chains, routeName, origins } = listener
  const targets = chains.map(({ target }) => target)
  const names = {
    routes: routeName === '' ? [] : [routeName],
    clusters: [...targets.flatMap(({ clusters }) => clusters.map(({ name }) => name)), unknownDestination(plan)],
  }
  const written = targets.flatMap(({ from }) => from?.origin ?? [])
  const reports = reportSettingsOf(reader, meshReports)
  const made = outboundListener(listener, plan, reports)
  return listenerResource(made, withReports(names, reports), [...origins, ...written])
}

/** The virtual hosts of one port, or of one service on it. */
function routesOf(
  routeName: string,
  { scope, registryOnly }: InterceptPlan,
  reader: Reader,
  { sharedOf, atHomeOf }: VirtualHostPlans,
  lists: Collection<EncodedRoutes>,
): XdsResource {
  const shared = reader.lookup(sharedOf, scope.audience.key).flat()
  const own = reader.lookup(atHomeOf, scope.key).flat()
  const all: VirtualHostPlan[] = [...shared.filter(({ home }) => home !== scope.namespace), ...own]
  const encoded = routeConfigurationHosts(routeName, all).flatMap((host) => {
    const routes = reader.get(lists, routeListKey(host.routes))
    return (routes && sidecarVirtualHost(host, [], routes)) ?? []
  })
  const hosts = [...encoded.sort(byName), unknownHost(registryOnly)]
  return routeResource(routeConfiguration(routeName, [], true), hosts, clusterRefs(hosts), originsOf(encoded))
}
