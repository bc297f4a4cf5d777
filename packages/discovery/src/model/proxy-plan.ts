import { inboundCluster } from './cluster-name.ts'
import type { Labels } from './labels.ts'
import type { BoundServer, GatewayPort } from './merged-gateway.ts'
import { isHttpOrSniffed, type Protocol } from './protocol.ts'
import type { ProxySpec } from './proxy.ts'
import type { ServiceTarget } from './service-target.ts'
import type { RouteScope } from './virtual-host.ts'

/**
 * What a proxy needs of its own, beside the clusters of the mesh: plain values, so that two proxies that need the same
 * (replicas of a gateway, sidecars of a namespace) share one encoded resource.
 */
export interface ProxyPlan {
  readonly listeners: readonly ListenerPlan[]
  /** Of a gateway. */
  readonly routes: readonly GatewayRoutePlan[]
  /** Of a sidecar's outbound HTTP proxy: who it shares its routes with. */
  readonly outbound: RouteScope | undefined
  /** Of a gRPC library that needs no proxy: who it shares its listeners, routes and clusters with. */
  readonly proxyless: RouteScope | undefined
  readonly clusters: readonly InboundClusterPlan[]
}

/** Of a proxy. */
export type ProxyListenerPlan = GatewayListenerPlan | InboundListenerPlan | HttpProxyListenerPlan

export type ListenerPlan = ProxyListenerPlan | ProxylessServerPlan

interface ListenerPlanBase {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Whether the data plane has our own filters (metrics, peer metadata). */
  readonly ownFilters: boolean
  readonly origins: readonly string[]
}

export interface GatewayListenerPlan extends ListenerPlanBase {
  readonly kind: 'gateway'
  readonly routeName: string
}

export interface InboundListenerPlan extends ListenerPlanBase {
  readonly kind: 'inbound'
  readonly cluster: string
  /** Of the service, for tracing. */
  readonly hostname: string
  readonly servicePort: number
}

export interface HttpProxyListenerPlan extends ListenerPlanBase {
  readonly kind: 'http-proxy'
  readonly routeName: string
}

/** A port of a gRPC server that has its configuration without a proxy. */
export interface ProxylessServerPlan {
  readonly kind: 'proxyless-server'
  readonly name: string
  readonly address: string
  readonly port: number
  readonly origins: readonly string[]
}

export interface GatewayRoutePlan {
  readonly name: string
  readonly namespace: string
  readonly labels: Labels
  readonly servers: readonly BoundServer[]
}

export interface InboundClusterPlan {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
  readonly services: readonly { readonly host: string; readonly name: string; readonly namespace: string }[]
  readonly origins: readonly string[]
}

/** Route configuration of a sidecar's outbound HTTP proxy. */
export const HTTP_PROXY_ROUTES = 'http_proxy'

/** @param labels the labels that some route looks at; others make no difference, and so no resource of their own. */
export function planGateway(spec: ProxySpec, ports: readonly GatewayPort[], labels: Labels): ProxyPlan {
  const http = ports.filter((port) => port.http)
  return {
    listeners: http.map((port) => ({
      kind: 'gateway',
      name: `${port.bind === '' ? '0.0.0.0' : port.bind}_${port.port}`,
      address: port.bind === '' ? spec.bindAddress : port.bind,
      port: port.port,
      ownFilters: hasOwnFilters(spec),
      origins: unique(port.servers.map((server) => server.origin)),
      routeName: port.routeName,
    })),
    routes: http.map((port) => ({
      name: port.routeName,
      namespace: spec.namespace,
      labels,
      servers: port.servers,
    })),
    outbound: undefined,
    proxyless: undefined,
    clusters: [],
  }
}

/** Where Istio's agent and the gRPC libraries look for the listener of a port that is served. */
const SERVER_LISTENER = 'xds.istio.io/grpc/lds/inbound/'
/** Addresses that stand for all of the machine, as servers name them. */
const ANY_ADDRESS = ['0.0.0.0', '[::]']

/** A gRPC library without a proxy, which may be client, server or both. */
export function planProxyless(targets: readonly ServiceTarget[], scope: RouteScope): ProxyPlan {
  const ports = [...Map.groupBy(targets, (target) => target.targetPort)].sort(([left], [right]) => left - right)
  const listeners = ports.flatMap(([port, sharing]) =>
    ANY_ADDRESS.map((address) => ({
      kind: 'proxyless-server' as const,
      name: `${SERVER_LISTENER}${address}:${port}`,
      address: address.replaceAll(/[[\]]/g, ''),
      port,
      origins: unique(sharing.map((target) => target.origin)),
    })),
  )
  return { listeners, routes: [], outbound: undefined, proxyless: scope, clusters: [] }
}

/** A sidecar without interception: it listens on the Pod's address, and is the application's HTTP proxy. */
export function planSidecar(spec: ProxySpec, targets: readonly ServiceTarget[], scope: RouteScope): ProxyPlan {
  const ports = [...Map.groupBy(targets.filter(takesHttp), (target) => target.targetPort)]
    .sort(([left], [right]) => left - right)
    .map(([port, sharing]) => ({ port, sharing }))
  const outbound: HttpProxyListenerPlan = {
    kind: 'http-proxy',
    name: `${spec.ip}_${spec.httpProxyPort}`,
    address: spec.ip,
    port: spec.httpProxyPort,
    ownFilters: hasOwnFilters(spec),
    origins: [],
    routeName: HTTP_PROXY_ROUTES,
  }
  const proxies = spec.httpProxyPort === 0 ? [] : [outbound]
  return {
    listeners: [...ports.map(({ port, sharing }) => inboundListener(spec, port, sharing)), ...proxies],
    routes: [],
    outbound: spec.httpProxyPort === 0 ? undefined : scope,
    proxyless: undefined,
    clusters: ports.map(({ port, sharing }) => inboundClusterPlan(spec, port, sharing)),
  }
}

function inboundListener(spec: ProxySpec, port: number, sharing: readonly ServiceTarget[]): InboundListenerPlan {
  const first = sharing[0]
  return {
    kind: 'inbound',
    name: `${spec.ip}_${port}`,
    address: spec.ip,
    port,
    ownFilters: hasOwnFilters(spec),
    origins: unique(sharing.map((target) => target.origin)),
    cluster: inboundCluster(port),
    hostname: first?.hostname ?? '',
    servicePort: first?.servicePort ?? port,
  }
}

function inboundClusterPlan(spec: ProxySpec, port: number, sharing: readonly ServiceTarget[]): InboundClusterPlan {
  return {
    name: inboundCluster(port),
    address: '127.0.0.1',
    port: spec.appPorts[String(port)] ?? port,
    protocol: sharing[0]?.protocol ?? 'HTTP',
    services: sharing.map(({ hostname, namespace }) => ({
      host: hostname,
      name: hostname.split('.')[0] ?? hostname,
      namespace,
    })),
    origins: unique(sharing.map((target) => target.origin)),
  }
}

/** Only HTTP is carried yet; ports that are something else for sure stay without a listener. */
function takesHttp(target: ServiceTarget): boolean {
  return isHttpOrSniffed(target.protocol)
}

function hasOwnFilters(spec: ProxySpec): boolean {
  return spec.agent === 'mizzen'
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)]
}
