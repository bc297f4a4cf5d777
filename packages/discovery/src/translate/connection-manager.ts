import { create } from '@bufbuild/protobuf'
import {
  HttpConnectionManager_ForwardClientCertDetails as ForwardClientCert,
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import type { ReportSettings } from '../model/mesh-settings.ts'
import type {
  GatewayListenerPlan,
  HttpProxyListenerPlan,
  InboundListenerPlan,
  ProxyListenerPlan,
} from '../model/proxy-plan.ts'
import { accessLogs } from './access-log.ts'
import { pack } from './any.ts'
import { ADS } from './config-source.ts'
import { durationOf, NO_TIMEOUT } from './duration.ts'
import { httpFilters, type Side } from './http-filters.ts'
import { plainInboundRoutes } from './inbound-routes.ts'
import { logStream } from './log-stream.ts'
import { tracing } from './tracing.ts'

const HCM_FILTER = 'envoy.filters.network.http_connection_manager'
const SERVER_NAME = 'istio-envoy'
/** A client's connections outlive its requests; the default hour is Envoy's own. */
const OUTBOUND_IDLE_MS = 3_600_000

/** What a manager is named after, and where it logs to. */
type Named = Pick<ProxyListenerPlan, 'name' | 'ownFilters' | 'logCluster'>
type InboundHttp = Named & Pick<InboundListenerPlan, 'cluster' | 'hostname' | 'servicePort' | 'routeName'>
type OutboundHttp = Named & Pick<HttpProxyListenerPlan, 'routeName' | 'onDemand'>

/** As the filter of a chain. */
export function managerFilter(manager: HttpConnectionManager) {
  const value = pack(HttpConnectionManagerSchema, manager)
  return { name: HCM_FILTER, configType: { case: 'typedConfig', value } as const }
}

/** Routes that come by RDS. */
export function routesByName(routeConfigName: string) {
  return { routeConfigName, configSource: ADS } as const
}

/** The edge: nothing that a client says about itself is believed. */
export function gatewayManager(
  plan: GatewayListenerPlan,
  routeName: string,
  reports: ReportSettings,
): HttpConnectionManager {
  return create(HttpConnectionManagerSchema, {
    ...common(plan, 'gateway', reports),
    routeSpecifier: { case: 'rds', value: routesByName(routeName) },
    serverName: SERVER_NAME,
    useRemoteAddress: true,
    forwardClientCertDetails: ForwardClientCert.SANITIZE_SET,
    setCurrentClientCertDetails: { subject: true, cert: true, dns: true, uri: true },
  })
}

/** To the application: its own `server` header stays. Without mTLS nobody can vouch for a certificate header. */
export function inboundManager(plan: InboundHttp, reports: ReportSettings): HttpConnectionManager {
  return create(HttpConnectionManagerSchema, {
    ...common(plan, 'inbound', reports),
    routeSpecifier:
      plan.routeName === ''
        ? { case: 'routeConfig', value: plainInboundRoutes(plan) }
        : { case: 'rds', value: routesByName(plan.routeName) },
    serverName: SERVER_NAME,
    serverHeaderTransformation: ServerHeader.PASS_THROUGH,
    useRemoteAddress: false,
    forwardClientCertDetails: ForwardClientCert.SANITIZE,
  })
}

export function outboundManager(plan: OutboundHttp, reports: ReportSettings): HttpConnectionManager {
  return create(HttpConnectionManagerSchema, {
    ...common(plan, 'outbound', reports, plan.onDemand),
    routeSpecifier: { case: 'rds', value: routesByName(plan.routeName) },
    useRemoteAddress: false,
    commonHttpProtocolOptions: { idleTimeout: durationOf(OUTBOUND_IDLE_MS) },
  })
}

function common(plan: Named, side: Side, reports: ReportSettings, onDemand = false) {
  return {
    statPrefix: `${side === 'inbound' ? 'inbound' : 'outbound'}_${plan.name}`,
    httpFilters: httpFilters(side, plan.ownFilters, onDemand),
    accessLog: [
      ...accessLogs(reports),
      ...(plan.logCluster === '' ? [] : [logStream(plan.logCluster, plan.ownFilters)]),
    ],
    ...(reports.tracing && { tracing: tracing(reports.tracing, plan.logCluster, side) }),
    normalizePath: true,
    // Streams may be idle as long as they like; a route can say otherwise.
    streamIdleTimeout: NO_TIMEOUT,
    upgradeConfigs: [{ upgradeType: 'websocket' }],
  }
}
