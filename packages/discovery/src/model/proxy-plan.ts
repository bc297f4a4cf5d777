import { inboundCluster } from './cluster-name.ts'
import type { InboundPort } from './inbound-port.ts'
import type { Labels } from './labels.ts'
import type { BoundServer } from './merged-gateway.ts'
import { isHttpOrSniffed, type Protocol } from './protocol.ts'
import type { ProxySpec } from './proxy.ts'
import { type SecretPlan, secretsOf } from './secret-plan.ts'
import type { ServerTls } from './server-tls.ts'
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
  /** Of a sidecar's ports whose requests are told apart. */
  readonly inboundRoutes: readonly InboundRoutePlan[]
  /** Of a sidecar's outbound HTTP proxy: who it shares its routes with. */
  readonly outbound: RouteScope | undefined
  /** Its virtual hosts come one by one, by the hosts that its requests name. */
  readonly onDemand: boolean
  /** Of a sidecar that intercepts: its outbound listeners. */
  readonly intercepted: InterceptPlan | undefined
  /** Of a gRPC library that needs no proxy: who it shares its listeners, routes and clusters with. */
  readonly proxyless: RouteScope | undefined
  readonly clusters: readonly InboundClusterPlan[]
  /** What it may ask for by name (SDS). */
  readonly secrets: readonly SecretPlan[]
}

/** Of a proxy. */
export type ProxyListenerPlan =
  | GatewayListenerPlan
  | InboundListenerPlan
  | HttpProxyListenerPlan
  | VirtualInboundListenerPlan
  | VirtualOutboundListenerPlan

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
  readonly namespace: string
  readonly chains: readonly GatewayChainPlan[]
}

export interface GatewayChainPlan {
  /** '' for what is not HTTP, and goes by TCP and TLS routes. */
  readonly routeName: string
  /** The one server that it is for; undefined: all of plain HTTP on the port. */
  readonly bound: BoundServer | undefined
}

export interface InboundListenerPlan extends ListenerPlanBase {
  readonly kind: 'inbound'
  /** Otherwise connections are passed on as they are. */
  readonly http: boolean
  readonly tls: ServerTls | undefined
  readonly cluster: string
  /** Of the service, for tracing. */
  readonly hostname: string
  readonly servicePort: number
  /** Of an `InboundRoutePlan`; '' for a port that has one route, which is part of the listener. */
  readonly routeName: string
}

/** What all inbound connections are redirected to. */
export interface VirtualInboundListenerPlan extends ListenerPlanBase {
  readonly kind: 'virtual-inbound'
  /** It keeps the addresses of both ends (TPROXY). */
  readonly transparent: boolean
  readonly chains: readonly InboundChainPlan[]
}

/** A port of the workload. */
export interface InboundChainPlan {
  readonly name: string
  readonly port: number
  /** `either` is to be found out for each connection. */
  readonly content: 'http' | 'tcp' | 'either'
  readonly tls: ServerTls | undefined
  readonly cluster: string
  readonly hostname: string
  readonly servicePort: number
  /** As `InboundListenerPlan` has it. */
  readonly routeName: string
}

/** What all outbound connections are redirected to. */
export interface VirtualOutboundListenerPlan extends ListenerPlanBase {
  readonly kind: 'virtual-outbound'
  readonly transparent: boolean
  readonly registryOnly: boolean
}

/** Sidecars that intercept and share their outbound listeners. */
export interface InterceptPlan {
  /** Holds no tab. */
  readonly key: string
  readonly scope: RouteScope
  readonly ownFilters: boolean
  readonly logCluster: string
  readonly registryOnly: boolean
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

/** The routes of a port, by which requests are told apart and treated alike. */
export interface InboundRoutePlan {
  readonly name: string
  /** Of the workload: who calls that calls no service. */
  readonly address: string
  readonly hosts: InboundHostsPlan
}

/** What all workloads of the same services have in common. */
export interface InboundHostsPlan {
  /** Of the cluster. */
  readonly name: string
  /** As `InboundListenerPlan` has them. */
  readonly hostname: string
  readonly servicePort: number
  readonly called: readonly CalledPort[]
}

/** A port of a service that leads to the workload's. */
interface CalledPort {
  readonly hostname: string
  readonly port: number
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
  return {
    listeners,
    routes: [],
    inboundRoutes: [],
    outbound: undefined,
    onDemand: false,
    intercepted: undefined,
    proxyless: scope,
    clusters: [],
    secrets: [],
  }
}

/** A sidecar without interception: it listens on the Pod's address, and is the application's HTTP proxy. */
export function planSidecar(spec: ProxySpec, inbound: readonly InboundPort[], scope: RouteScope): ProxyPlan {
  const ports = inbound.filter(({ protocol }) => protocol !== 'UDP')
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
    inboundRoutes: ports.flatMap((port) => inboundRoutePlan(spec, port) ?? []),
    outbound: spec.httpProxyPort === 0 ? undefined : scope,
    onDemand: spec.httpProxyPort !== 0 && spec.onDemandHosts,
    intercepted: undefined,
    proxyless: undefined,
    clusters: ports.map(inboundClusterPlan),
    secrets: secretsOf(ports, spec.namespace),
  }
}

/** Undefined for a port whose requests nobody tells apart. */
export function inboundRoutePlan(spec: ProxySpec, port: InboundPort): InboundRoutePlan | undefined {
  if (!port.judged) return undefined
  const name = inboundCluster(port.port)
  const called = port.services.map(({ hostname, servicePort }) => ({ hostname, port: servicePort }))
  return { name, address: spec.ip, hosts: { name, ...calledAs(port), called } }
}

/** What traces and virtual hosts of a port are named after. */
export function calledAs({ services: [first], hostname, port }: InboundPort) {
  return { hostname: first?.hostname ?? hostname, servicePort: first?.servicePort ?? port }
}

function inboundListener(spec: ProxySpec, inbound: InboundPort): InboundListenerPlan {
  const { address, port, protocol, tls, judged, origins } = inbound
  return {
    kind: 'inbound',
    http: isHttpOrSniffed(protocol),
    tls,
    name: `${address}_${port}`,
    address,
    port,
    ...{ ownFilters: hasOwnFilters(spec), logCluster: spec.logCluster },
    origins: unique(origins),
    cluster: inboundCluster(port),
    ...calledAs(inbound),
    routeName: judged ? inboundCluster(port) : '',
  }
}

export function inboundClusterPlan({ port, protocol, target, services, origins }: InboundPort): InboundClusterPlan {
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

export function hasOwnFilters(spec: ProxySpec): boolean {
  return spec.agent === 'mizzen'
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)]
}
