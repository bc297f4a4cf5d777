import { create } from '@bufbuild/protobuf'
import { TrafficDirection } from '@mizzen/xds/gen/envoy/config/core/v3/base_pb.js'
import type { FilterChain } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_components_pb.js'
import { type Listener, ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { serverNames } from '../model/gateway.ts'
import { isServerName, namesOf } from '../model/gateway-l4.ts'
import type { L4Chain } from '../model/l4-route.ts'
import type { BoundServer } from '../model/merged-gateway.ts'
import type { ReportSettings } from '../model/mesh-settings.ts'
import type { GatewayListenerPlan } from '../model/proxy-plan.ts'
import { isPassthrough } from '../model/server-tls.ts'
import { gatewayManager, managerFilter } from './connection-manager.ts'
import { filterChain, type Written } from './filter-chain.ts'
import { TLS_INSPECTOR } from './listener-filters.ts'
import { socketAddress } from './socket-address.ts'
import { tcpFilters } from './tcp-proxy.ts'

/** @param l4ChainsOf where a server's connections go that are not HTTP */
export function gatewayListener(
  plan: GatewayListenerPlan,
  l4ChainsOf: (bound: BoundServer) => readonly L4Chain[],
  reports: ReportSettings,
): Listener | undefined {
  const [first] = plan.chains
  const plain = first !== undefined && first.bound === undefined
  const chains = plain
    ? [httpChain(plan, first.routeName, undefined, reports)]
    : serverChains(plan, l4ChainsOf, reports)
  if (chains.length === 0) return undefined
  const tls = plan.chains.some(({ bound }) => bound?.server.tls !== undefined)
  return create(ListenerSchema, {
    name: plan.name,
    address: socketAddress(plan.address, plan.port),
    trafficDirection: TrafficDirection.OUTBOUND,
    ...(tls && { listenerFilters: [TLS_INSPECTOR] }),
    filterChains: chains,
  })
}

function serverChains(
  plan: GatewayListenerPlan,
  l4ChainsOf: (bound: BoundServer) => readonly L4Chain[],
  reports: ReportSettings,
): FilterChain[] {
  const taken = new Set<string>()
  return plan.chains.flatMap(({ routeName, bound }) => {
    if (bound === undefined) return []
    if (routeName !== '') {
      const match = matchOf(namesOf(serverNames(bound.server)), taken)
      return match === undefined ? [] : [httpChain(plan, routeName, { bound, match }, reports)]
    }
    return l4ChainsOf(bound).flatMap((chain) => {
      const match = matchOf(chain.serverNames, taken)
      return match === undefined ? [] : [l4Chain(plan, bound, chain, match, reports)]
    })
  })
}

/**
 * The names that nothing before has taken: a data plane refuses a listener with two chains for the same. Undefined if there
 * is none.
 */
function matchOf(names: readonly string[], taken: Set<string>): readonly string[] | undefined {
  const wanted = names.length === 0 ? [''] : names.filter(isServerName)
  const free = wanted.filter((name) => !taken.has(name))
  // As in Istio, a match of which a part is taken is none.
  if (free.length === 0 || free.length < wanted.length) return undefined
  for (const name of free) taken.add(name)
  return names.length === 0 ? [] : free
}

function httpChain(
  plan: GatewayListenerPlan,
  routeName: string,
  own: { readonly bound: BoundServer; readonly match: readonly string[] } | undefined,
  reports: ReportSettings,
): FilterChain {
  return filterChain({
    name: own === undefined ? plan.name : routeName,
    match: own && byNames(own.match),
    filters: [managerFilter(gatewayManager(plan, routeName, reports))],
    tls: own?.bound.server.tls,
    server: own && writtenAt(own.bound),
  })
}

function l4Chain(
  plan: GatewayListenerPlan,
  bound: BoundServer,
  { target }: L4Chain,
  match: readonly string[],
  reports: ReportSettings,
): FilterChain {
  const { tls } = bound.server
  return filterChain({
    name: [target.statPrefix, ...match].join(' '),
    match: byNames(match),
    filters: tcpFilters(target, plan, reports),
    tls: tls && isPassthrough(tls) ? undefined : tls,
    route: target.from,
    server: writtenAt(bound),
  })
}

function byNames(names: readonly string[]) {
  return names.length === 0 ? undefined : { serverNames: [...names] }
}

function writtenAt({ origin, server }: BoundServer): Written {
  return { origin, path: server.path }
}
