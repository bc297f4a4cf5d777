import { create } from '@bufbuild/protobuf'
import { TrafficDirection } from '@mizzen/xds/gen/envoy/config/core/v3/base_pb.js'
import { type Listener, ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import { BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER } from '../model/cluster-name.ts'
import { clusterTarget } from '../model/l4-route.ts'
import type { ReportSettings } from '../model/mesh-settings.ts'
import type { InboundChainPlan, VirtualInboundListenerPlan, VirtualOutboundListenerPlan } from '../model/proxy-plan.ts'
import { inboundManager, managerFilter } from './connection-manager.ts'
import { type FilterChainParts, filterChain } from './filter-chain.ts'
import { HTTP_INSPECTOR, ORIGINAL_DESTINATION, TLS_INSPECTOR } from './listener-filters.ts'
import { SNIFFED_HTTP, unknownDestination } from './outbound-listener.ts'
import { socketAddress } from './socket-address.ts'
import { tcpFilters } from './tcp-proxy.ts'

/** How long a connection may say nothing before it is taken for one whose server speaks first. */
const DETECTION_TIMEOUT = { seconds: 1n }

/**
 * Beside chains that ask for HTTP in the clear: what is in the clear and not HTTP would find no chain once these were looked
 * at, and TLS is nobody else's.
 */
const OPAQUE = [{ transportProtocol: 'raw_buffer' }, {}]

/** All outbound connections are redirected to it; it hands them over to the listener for where they were going. */
export function virtualOutbound(plan: VirtualOutboundListenerPlan, reports: ReportSettings): Listener {
  return create(ListenerSchema, {
    name: plan.name,
    address: socketAddress(plan.address, plan.port),
    trafficDirection: TrafficDirection.OUTBOUND,
    useOriginalDst: true,
    ...(plan.transparent && { transparent: true }),
    filterChains: [
      trap(plan, reports),
      filterChain({
        name: 'virtualOutbound-catchall-tcp',
        filters: tcpFilters(clusterTarget(unknownDestination(plan)), plan, reports),
      }),
    ],
  })
}

/** All inbound connections are redirected to it; its chains are for ports of the workload. */
export function virtualInbound(plan: VirtualInboundListenerPlan, reports: ReportSettings): Listener {
  const looks = looksAtContent(plan)
  return create(ListenerSchema, {
    name: plan.name,
    address: socketAddress(plan.address, plan.port),
    trafficDirection: TrafficDirection.INBOUND,
    continueOnListenerFiltersTimeout: true,
    listenerFiltersTimeout: DETECTION_TIMEOUT,
    ...(plan.transparent && { transparent: true }),
    listenerFilters: [ORIGINAL_DESTINATION, ...(looks ? inspectors(plan) : [])],
    filterChains: [
      trap(plan, reports),
      ...passthroughParts(plan, looks, reports).map(filterChain),
      ...plan.chains.flatMap((chain) => inboundParts(chain, plan, reports)).map(filterChain),
    ],
  })
}

/**
 * To look at content costs connections whose clients say little and wait, or end at once. Envoy spares declared ports that;
 * our own data plane looks at all or at none, and so at none if nothing declared has to be told apart.
 */
function looksAtContent({ ownFilters, chains }: VirtualInboundListenerPlan): boolean {
  return !ownFilters || chains.some(isLookedAt)
}

function isLookedAt({ content, tls }: InboundChainPlan): boolean {
  return content === 'either' || tls !== undefined
}

function inspectors({ ownFilters, chains }: VirtualInboundListenerPlan) {
  const known = chains.filter((chain) => !isLookedAt(chain)).map(({ port }) => port)
  if (ownFilters || known.length === 0) return [TLS_INSPECTOR, HTTP_INSPECTOR]
  const ranges = known.map((port) => ({
    rule: { case: 'destinationPortRange', value: { start: port, end: port + 1 } } as const,
  }))
  const [only] = ranges
  const rules = ranges.length > 1 ? { rule: { case: 'orMatch', value: { rules: ranges } } as const } : only
  return [TLS_INSPECTOR, HTTP_INSPECTOR].map((inspector) => ({ ...inspector, filterDisabled: rules }))
}

/** For ports that nobody declares. */
function passthroughParts(
  plan: VirtualInboundListenerPlan,
  looks: boolean,
  reports: ReportSettings,
): FilterChainParts[] {
  const { name } = plan
  const filters = tcpFilters(clusterTarget(INBOUND_PASSTHROUGH_CLUSTER), plan, reports)
  if (!looks) return [{ name, match: {}, filters }]
  const http = {
    ...plan,
    cluster: INBOUND_PASSTHROUGH_CLUSTER,
    hostname: INBOUND_PASSTHROUGH_CLUSTER,
    servicePort: 0,
    routeName: '',
  }
  return [
    { name: `${name}-catchall-http`, match: SNIFFED_HTTP, filters: [managerFilter(inboundManager(http, reports))] },
    ...OPAQUE.map((match) => ({ name, match, filters })),
  ]
}

/** Who calls the port of redirection itself would go round in circles. */
function trap(plan: VirtualInboundListenerPlan | VirtualOutboundListenerPlan, reports: ReportSettings) {
  return filterChain({
    name: `${plan.name}-blackhole`,
    match: { destinationPort: plan.port },
    filters: tcpFilters(clusterTarget(BLACK_HOLE_CLUSTER), plan, reports),
  })
}

function inboundParts(
  chain: InboundChainPlan,
  plan: VirtualInboundListenerPlan,
  reports: ReportSettings,
): FilterChainParts[] {
  const { name, port: destinationPort, content, tls } = chain
  const manager = () => [managerFilter(inboundManager({ ...plan, ...chain }, reports))]
  const opaque = () => tcpFilters(clusterTarget(chain.cluster), plan, reports)
  if (tls !== undefined) {
    const filters = content === 'tcp' ? opaque() : manager()
    return [{ name, match: { destinationPort, transportProtocol: 'tls' }, filters, tls }]
  }
  if (content === 'http') return [{ name, match: { destinationPort }, filters: manager() }]
  if (content === 'tcp') return [{ name, match: { destinationPort }, filters: opaque() }]
  return [
    { name, match: { destinationPort, ...SNIFFED_HTTP }, filters: manager() },
    ...OPAQUE.map((match) => ({ name, match: { destinationPort, ...match }, filters: opaque() })),
  ]
}
