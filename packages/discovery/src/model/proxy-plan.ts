import { inboundCluster } from './cluster-name.ts'
import type { InboundPort } from './inbound-port.ts'
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
  /** Its virtual hosts come one by one, by the hosts that its requests name. */
  readonly onDemand: boolean
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
  /** As `ProxySpec` has it. */
  readonly logCluster: string
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
  /** See `ProxyPlan`. */
  readonly onDemand: boolean
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
  /** A path is a Unix socket, with port 0. */
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
      ...{ ownFilters: hasOwnFilters(spec), logCluster: spec.logCluster },
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
    onDemand: false,
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
  return { listeners, routes: [], outbound: undefined, onDemand: false, proxyless: scope, clusters: [] }
}

/** A sidecar without interception: it listens on the Pod's address, and is the application's HTTP proxy. */
export function planSidecar(spec: ProxySpec, inbound: readonly InboundPort[], scope: RouteScope): ProxyPlan {
  // Only HTTP is carried yet; ports that are something else for sure stay without a listener.
  const ports = inbound.filter(({ protocol }) => isHttpOrSniffed(protocol))
  const outbound: HttpProxyListenerPlan = {
    kind: 'http-proxy',
    name: `${spec.ip}_${spec.httpProxyPort}`,
    address: spec.ip,
    port: spec.httpProxyPort,
    ...{ ownFilters: hasOwnFilters(spec), logCluster: spec.logCluster },
    origins: [],
    routeName: HTTP_PROXY_ROUTES,
    onDemand: spec.onDemandHosts,
  }
  const proxies = spec.httpProxyPort === 0 ? [] : [outbound]
  return {
    listeners: [...ports.map((port) => inboundListener(spec, port)), ...proxies],
    routes: [],
    outbound: spec.httpProxyPort === 0 ? undefined : scope,
    onDemand: spec.httpProxyPort !== 0 && spec.onDemandHosts,
    proxyless: undefined,
    clusters: ports.map(inboundClusterPlan),
  }
}

function inboundListener(
  spec: ProxySpec,
  { address, port, hostname, services, origins }: InboundPort,
): InboundListenerPlan {
  const [first] = services
  return {
    kind: 'inbound',
    name: `${address}_${port}`,
    address,
    port,
    ...{ ownFilters: hasOwnFilters(spec), logCluster: spec.logCluster },
    origins: unique(origins),
    cluster: inboundCluster(port),
    hostname: first?.hostname ?? hostname,
    servicePort: first?.servicePort ?? port,
  }
}

function inboundClusterPlan({ port, protocol, target, services, origins }: InboundPort): InboundClusterPlan {
  return {
    name: inboundCluster(port),
    ...target,
    protocol,
    services: services.map(({ hostname, namespace }) => ({
      host: hostname,
      name: hostname.split('.')[0] ?? hostname,
      namespace,
    })),
    origins: unique(origins),
  }
}

function hasOwnFilters(spec: ProxySpec): boolean {
  return spec.agent === 'mizzen'
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)]
}
