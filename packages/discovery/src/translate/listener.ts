import { create } from '@bufbuild/protobuf'
import { TrafficDirection } from '@mizzen/xds/gen/envoy/config/core/v3/base_pb.js'
import { type Listener, ListenerSchema } from '@mizzen/xds/gen/envoy/config/listener/v3/listener_pb.js'
import {
  HttpConnectionManager_ForwardClientCertDetails as ForwardClientCert,
  HttpConnectionManagerSchema,
  HttpConnectionManager_ServerHeaderTransformation as ServerHeader,
} from '@mizzen/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js'
import { domainName } from '../model/cluster-name.ts'
import type { AccessLogSettings } from '../model/mesh-settings.ts'
import type {
  GatewayListenerPlan,
  HttpProxyListenerPlan,
  InboundListenerPlan,
  ListenerPlan,
  ProxyListenerPlan,
} from '../model/proxy-plan.ts'
import { accessLogs } from './access-log.ts'
import { filterChain, routesByName } from './connection-manager.ts'
import { defaultInboundRoute } from './default-route.ts'
import { durationOf, NO_TIMEOUT } from './duration.ts'
import { httpFilters, type Side } from './http-filters.ts'
import { logStream } from './log-stream.ts'
import { serverListener } from './proxyless.ts'
import { routeConfiguration, virtualHost } from './virtual-host.ts'

const SERVER_NAME = 'istio-envoy'
const SIDES: Readonly<Record<ProxyListenerPlan['kind'], Side>> = {
  gateway: 'gateway',
  inbound: 'inbound',
  'http-proxy': 'outbound',
}

/** One listener with one filter chain: HTTP in the clear is all there is yet. */
export function listener(plan: ListenerPlan, log: AccessLogSettings): Listener {
  if (plan.kind === 'proxyless-server') return serverListener(plan)
  const inbound = plan.kind === 'inbound'
  const manager = create(HttpConnectionManagerSchema, {
    ...common(plan, log),
    ...managerOf(plan),
  })
  return create(ListenerSchema, {
    name: plan.name,
    address: {
      address: {
        case: 'socketAddress',
        value: { address: plan.address, portSpecifier: { case: 'portValue', value: plan.port } },
      },
    },
    trafficDirection: inbound ? TrafficDirection.INBOUND : TrafficDirection.OUTBOUND,
    filterChains: [filterChain(plan.name, manager)],
  })
}

function managerOf(plan: ProxyListenerPlan) {
  if (plan.kind === 'gateway') return gatewayManager(plan)
  return plan.kind === 'inbound' ? inboundManager(plan) : outboundManager(plan)
}

function common(plan: ProxyListenerPlan, log: AccessLogSettings) {
  const side = SIDES[plan.kind]
  return {
    statPrefix: `${side === 'inbound' ? 'inbound' : 'outbound'}_${plan.name}`,
    httpFilters: httpFilters(side, plan.ownFilters, plan.kind === 'http-proxy' && plan.onDemand),
    accessLog: [...accessLogs(log), ...(plan.logCluster === '' ? [] : [logStream(plan.logCluster, plan.ownFilters)])],
    normalizePath: true,
    // Streams may be idle as long as they like; a route can say otherwise.
    streamIdleTimeout: NO_TIMEOUT,
    upgradeConfigs: [{ upgradeType: 'websocket' }],
  }
}

/** The edge: nothing that a client says about itself is believed. */
function gatewayManager(plan: GatewayListenerPlan) {
  return {
    routeSpecifier: { case: 'rds', value: routesByName(plan.routeName) } as const,
    serverName: SERVER_NAME,
    useRemoteAddress: true,
    forwardClientCertDetails: ForwardClientCert.SANITIZE_SET,
    setCurrentClientCertDetails: { subject: true, cert: true, dns: true, uri: true },
  }
}

/** To the application: its own `server` header stays. Without mTLS nobody can vouch for a certificate header. */
function inboundManager(plan: InboundListenerPlan) {
  const route = defaultInboundRoute(plan.cluster, `${domainName(plan.hostname, plan.servicePort)}/*`)
  const hosts = [virtualHost(`inbound|http|${plan.servicePort}`, ['*'], [route])]
  return {
    routeSpecifier: { case: 'routeConfig', value: routeConfiguration(plan.cluster, hosts, false) } as const,
    serverName: SERVER_NAME,
    serverHeaderTransformation: ServerHeader.PASS_THROUGH,
    useRemoteAddress: false,
    forwardClientCertDetails: ForwardClientCert.SANITIZE,
  }
}

function outboundManager(plan: HttpProxyListenerPlan) {
  return {
    routeSpecifier: { case: 'rds', value: routesByName(plan.routeName) } as const,
    useRemoteAddress: false,
    // A client's connections outlive its requests; the default hour is Envoy's own.
    commonHttpProtocolOptions: { idleTimeout: durationOf(3_600_000) },
  }
}
