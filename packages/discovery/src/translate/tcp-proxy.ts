import { create } from '@bufbuild/protobuf'
import { type AccessLog, AccessLogSchema } from '@mizzen/xds/gen/envoy/config/accesslog/v3/accesslog_pb.js'
import { AccessLogType } from '@mizzen/xds/gen/envoy/data/accesslog/v3/accesslog_pb.js'
import {
  type TcpProxy,
  TcpProxySchema,
} from '@mizzen/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js'
import type { L4Target } from '../model/l4-route.ts'
import type { AccessLogSettings } from '../model/mesh-settings.ts'
import type { ProxyListenerPlan } from '../model/proxy-plan.ts'
import { accessLogs } from './access-log.ts'
import { pack, packStruct } from './any.ts'
import { durationFrom } from './duration.ts'
import { tcpLogStream } from './log-stream.ts'

const TCP_PROXY_FILTER = 'envoy.filters.network.tcp_proxy'
const STATS_FILTER = 'istio.stats'
/** No settings: whom a proxy reports for follows from the listener's direction. */
const STATS = {
  name: STATS_FILTER,
  configType: { case: 'typedConfig', value: packStruct('stats.PluginConfig', {}) },
} as const

type Plan = Pick<ProxyListenerPlan, 'ownFilters' | 'logCluster'>

/** The filters of a chain that passes connections on as they are. */
export function tcpFilters(target: L4Target, plan: Plan, log: AccessLogSettings) {
  const proxy = create(TcpProxySchema, {
    statPrefix: target.statPrefix,
    clusterSpecifier: clusterSpecifier(target),
    ...(target.idleTimeout && { idleTimeout: durationFrom(target.idleTimeout) }),
    ...(target.maxDuration && { maxDownstreamConnectionDuration: durationFrom(target.maxDuration) }),
    ...logsOf(plan, log),
  })
  const value = pack(TcpProxySchema, proxy)
  const terminal = { name: TCP_PROXY_FILTER, configType: { case: 'typedConfig', value } as const }
  return plan.ownFilters ? [STATS, terminal] : [terminal]
}

/**
 * Where Istio's metrics are made from the log, it tells of a connection when it is there, too: its end may be far off. Files
 * have one line for each connection all the same.
 */
function logsOf({ ownFilters, logCluster }: Plan, log: AccessLogSettings) {
  const files = accessLogs(log)
  if (logCluster === '') return { accessLog: files }
  const stream = tcpLogStream(logCluster, ownFilters)
  if (ownFilters) return { accessLog: [...files, stream] }
  return {
    accessLog: [...files.map(atEnd), stream],
    accessLogOptions: { flushAccessLogOnConnected: true },
  }
}

function atEnd({ name, configType }: AccessLog): AccessLog {
  const types = [AccessLogType.TcpConnectionEnd]
  return create(AccessLogSchema, {
    ...{ name, configType },
    filter: { filterSpecifier: { case: 'logTypeFilter', value: { types } } },
  })
}

function clusterSpecifier({ clusters }: L4Target): TcpProxy['clusterSpecifier'] {
  const [first] = clusters
  if (clusters.length === 1 && first !== undefined) return { case: 'cluster', value: first.name }
  const weighted = clusters.map(({ name, weight }) => ({ name, weight }))
  return create(TcpProxySchema, {
    clusterSpecifier: { case: 'weightedClusters', value: { clusters: weighted } },
  }).clusterSpecifier
}
