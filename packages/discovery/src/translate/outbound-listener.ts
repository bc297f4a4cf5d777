import { create } from '@bufbuild/protobuf'
import { TrafficDirection } from '@mizzen/xds/gen/envoy/config/core/v3/base_pb.js'
import { type Listener, ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { BLACK_HOLE_CLUSTER, PASSTHROUGH_CLUSTER } from '../model/cluster-name.ts'
import { clusterTarget, type L4Chain } from '../model/l4-route.ts'
import type { ReportSettings } from '../model/mesh-settings.ts'
import type { OutboundListener } from '../model/outbound-listener.ts'
import type { InterceptPlan } from '../model/proxy-plan.ts'
import { addressRange } from './address-range.ts'
import { managerFilter, outboundManager } from './connection-manager.ts'
import { type FilterChainParts, filterChain } from './filter-chain.ts'
import { HTTP_INSPECTOR, TLS_INSPECTOR } from './listener-filters.ts'
import { socketAddress } from './socket-address.ts'
import { tcpFilters } from './tcp-proxy.ts'

/** What clients that begin in the clear say first, as the HTTP inspector tells it. */
export const SNIFFED_HTTP = { transportProtocol: 'raw_buffer', applicationProtocols: ['http/1.1', 'h2c'] }
const PASSTHROUGH_CHAIN = 'PassthroughFilterChain'

/** Connections come to it from the listener that all outbound ones are redirected to. */
export function outboundListener(one: OutboundListener, plan: InterceptPlan, reports: ReportSettings): Listener {
  const chains = [...one.chains.map((chain) => l4Parts(chain, plan, reports)), ...httpParts(one, plan, reports)]
  const anything = chains.find(({ match }) => match === undefined)
  const asking = chains.filter(({ match }) => match !== undefined).map(filterChain)
  const fallback = anything ?? passthroughParts(plan, reports)
  const single = asking.length === 0
  const named = one.chains.some(({ serverNames }) => serverNames.length > 0)
  return create(ListenerSchema, {
    name: one.name,
    address: socketAddress(one.bind, one.port),
    bindToPort: false,
    trafficDirection: TrafficDirection.OUTBOUND,
    continueOnListenerFiltersTimeout: true,
    listenerFilters: [
      ...(named || one.routeName !== '' ? [TLS_INSPECTOR] : []),
      ...(one.routeName === '' || one.httpOnly ? [] : [HTTP_INSPECTOR]),
    ],
    filterChains: single ? [filterChain(fallback)] : asking,
    ...(!single && { defaultFilterChain: filterChain(fallback) }),
  })
}

/** Where what the mesh does not know goes. */
export function unknownDestination({ registryOnly }: Pick<InterceptPlan, 'registryOnly'>): string {
  return registryOnly ? BLACK_HOLE_CLUSTER : PASSTHROUGH_CLUSTER
}

function passthroughParts(plan: InterceptPlan, reports: ReportSettings): FilterChainParts {
  return { name: PASSTHROUGH_CHAIN, filters: tcpFilters(clusterTarget(unknownDestination(plan)), plan, reports) }
}

function l4Parts({ serverNames, subnets, target }: L4Chain, plan: InterceptPlan, reports: ReportSettings) {
  const asks = serverNames.length > 0 || subnets.length > 0
  return {
    name: [target.statPrefix, ...serverNames, ...subnets].join(' '),
    match: asks ? { serverNames: [...serverNames], prefixRanges: subnets.map(addressRange) } : undefined,
    filters: tcpFilters(target, plan, reports),
    route: target.from,
  }
}

function httpParts(one: OutboundListener, plan: InterceptPlan, reports: ReportSettings): FilterChainParts[] {
  if (one.routeName === '') return []
  const http = { ...plan, name: one.name, routeName: one.routeName, onDemand: false }
  const filters = [managerFilter(outboundManager(http, reports))]
  return [{ name: one.name, match: one.httpOnly ? undefined : SNIFFED_HTTP, filters }]
}
