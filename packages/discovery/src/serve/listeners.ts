import type { Collection, Graph, Reader } from '@mizzen/collections'
import type { XdsResource } from '@mizzen/xds'
import type { Tables } from '../ingest/tables.ts'
import { BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER } from '../model/cluster-name.ts'
import { serverNames } from '../model/gateway.ts'
import { namesOf, passthroughChains, tcpTarget } from '../model/gateway-l4.ts'
import type { L4Chain, L4Lookup } from '../model/l4-route.ts'
import type { BoundServer } from '../model/merged-gateway.ts'
import type { MeshSettings, ReportSettings } from '../model/mesh-settings.ts'
import { byAge } from '../model/origin.ts'
import type {
  GatewayListenerPlan,
  InboundChainPlan,
  ListenerPlan,
  VirtualInboundListenerPlan,
  VirtualOutboundListenerPlan,
} from '../model/proxy-plan.ts'
import { isPassthrough } from '../model/server-tls.ts'
import { isVisible } from '../model/visibility.ts'
import { secretsOf } from '../translate/downstream-tls.ts'
import { gatewayListener } from '../translate/gateway-listener.ts'
import { listener } from '../translate/listener.ts'
import { unknownDestination } from '../translate/outbound-listener.ts'
import { serverListener } from '../translate/proxyless.ts'
import { listenerResource, sameResource } from '../translate/resource.ts'
import { virtualInbound, virtualOutbound } from '../translate/virtual-listener.ts'
import { ruleFor } from './destination-rules.ts'
import { type MeshReports, reportSettingsOf, withReports } from './report-settings.ts'
import type { RuleCollections } from './rules.ts'
import type { ServiceCollections } from './services.ts'

export interface ListenerInput {
  readonly tables: Tables
  readonly meshReports: MeshReports
  readonly services: ServiceCollections
  readonly rules: RuleCollections
  readonly mesh: MeshSettings
}

/** Listeners by the key of their plan. Those of HTTP alone depend on nothing but that and what proxies report. */
export function listenerResources(
  graph: Graph,
  plans: Collection<ListenerPlan>,
  input: ListenerInput,
): Collection<XdsResource> {
  return graph.derive(
    'listeners',
    plans,
    (plan, reader) => {
      if (plan.kind === 'proxyless-server') return listenerResource(serverListener(plan), {}, plan.origins)
      const reports = reportSettingsOf(reader, input.meshReports)
      if (plan.kind === 'gateway') return ofGateway(plan, reader, input, reports)
      if (plan.kind === 'virtual-inbound' || plan.kind === 'virtual-outbound') return virtual(plan, reports)
      const names =
        plan.kind === 'inbound'
          ? { ...routesOf([plan]), clusters: [plan.cluster], secrets: plan.tls ? secretsOf(plan.tls) : [] }
          : { routes: [plan.routeName] }
      return listenerResource(listener(plan, reports), withReports(names, reports), plan.origins)
    },
    { equals: sameResource },
  )
}

function virtual(plan: VirtualInboundListenerPlan | VirtualOutboundListenerPlan, reports: ReportSettings): XdsResource {
  if (plan.kind === 'virtual-outbound') {
    const clusters = [BLACK_HOLE_CLUSTER, unknownDestination(plan)]
    return listenerResource(virtualOutbound(plan, reports), withReports({ clusters }, reports), plan.origins)
  }
  const clusters = [BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, ...plan.chains.map(({ cluster }) => cluster)]
  const secrets = plan.chains.flatMap(({ tls }) => (tls ? secretsOf(tls) : []))
  const names = { ...routesOf(plan.chains), clusters, secrets }
  return listenerResource(virtualInbound(plan, reports), withReports(names, reports), plan.origins)
}

function routesOf(chains: readonly Pick<InboundChainPlan, 'routeName'>[]) {
  return { routes: chains.flatMap(({ routeName }) => (routeName === '' ? [] : [routeName])) }
}

/** Undefined if nothing that comes in has anywhere to go. */
function ofGateway(
  plan: GatewayListenerPlan,
  reader: Reader,
  input: ListenerInput,
  reports: ReportSettings,
): XdsResource | undefined {
  const chains = new Map<BoundServer, readonly L4Chain[]>()
  for (const { bound, routeName } of plan.chains) {
    if (bound !== undefined && routeName === '') chains.set(bound, l4ChainsOf(plan, bound, reader, input))
  }
  const made = gatewayListener(plan, (bound) => chains.get(bound) ?? [], reports)
  if (made === undefined) return undefined
  const targets = [...chains.values()].flat().map(({ target }) => target)
  const names = {
    routes: plan.chains.flatMap(({ routeName }) => (routeName === '' ? [] : [routeName])),
    clusters: targets.flatMap(({ clusters }) => clusters.map(({ name }) => name)),
    secrets: plan.chains.flatMap(({ bound }) => (bound?.server.tls ? secretsOf(bound.server.tls) : [])),
  }
  return listenerResource(made, withReports(names, reports), [
    ...plan.origins,
    ...targets.flatMap(({ from }) => from?.origin ?? []),
  ])
}

function l4ChainsOf(plan: GatewayListenerPlan, bound: BoundServer, reader: Reader, input: ListenerInput): L4Chain[] {
  const rules = reader
    .lookup(input.rules.boundTo, bound.gateway)
    .filter(({ visibility }) => isVisible(visibility, plan.namespace))
    .toSorted((left, right) => byAge(left.origin, right.origin))
  const lookup = lookupFor({ namespace: plan.namespace, labels: {} }, reader, input)
  const { tls } = bound.server
  if (tls !== undefined && isPassthrough(tls)) return passthroughChains(bound, rules, lookup)
  const target = tcpTarget(bound, rules, lookup)
  return target === undefined
    ? []
    : [{ serverNames: tls ? namesOf(serverNames(bound.server)) : [], subnets: [], target }]
}

/** Services and their policies as this client sees them. */
export function lookupFor(
  client: Parameters<typeof ruleFor>[3],
  reader: Reader,
  { services: { services }, rules, mesh }: Pick<ListenerInput, 'services' | 'rules' | 'mesh'>,
): L4Lookup {
  return {
    serviceOf: (hostname) => reader.get(services, hostname),
    policyOf: (service) => ruleFor(reader, rules, service, client, mesh)?.trafficPolicy,
  }
}
