import { create } from '@bufbuild/protobuf'
import { TrafficDirection } from '@mizzen/xds/gen/envoy/config/core/v3/base_pb.js'
import { type Listener, ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { clusterTarget } from '../model/l4-route.ts'
import type { ReportSettings } from '../model/mesh-settings.ts'
import type { HttpProxyListenerPlan, InboundListenerPlan } from '../model/proxy-plan.ts'
import { inboundManager, managerFilter, outboundManager } from './connection-manager.ts'
import { filterChain } from './filter-chain.ts'
import { TLS_INSPECTOR } from './listener-filters.ts'
import { socketAddress } from './socket-address.ts'
import { tcpFilters } from './tcp-proxy.ts'

/** A listener of a sidecar with one filter chain. */
export function listener(plan: InboundListenerPlan | HttpProxyListenerPlan, reports: ReportSettings): Listener {
  const tls = plan.kind === 'inbound' ? plan.tls : undefined
  return create(ListenerSchema, {
    name: plan.name,
    address: socketAddress(plan.address, plan.port),
    trafficDirection: plan.kind === 'inbound' ? TrafficDirection.INBOUND : TrafficDirection.OUTBOUND,
    ...(tls && { listenerFilters: [TLS_INSPECTOR] }),
    filterChains: [filterChain({ name: plan.name, filters: filtersOf(plan, reports), tls })],
  })
}

function filtersOf(plan: InboundListenerPlan | HttpProxyListenerPlan, reports: ReportSettings) {
  if (plan.kind === 'http-proxy') return [managerFilter(outboundManager(plan, reports))]
  if (plan.http) return [managerFilter(inboundManager(plan, reports))]
  return tcpFilters(clusterTarget(plan.cluster), plan, reports)
}
