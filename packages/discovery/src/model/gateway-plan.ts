import { isHttps, isPlainHttp } from './gateway.ts'
import type { Labels } from './labels.ts'
import { type BoundServer, type GatewayPort, httpRouteName, httpsRouteName } from './merged-gateway.ts'
import type { ProxySpec } from './proxy.ts'
import { type GatewayChainPlan, type GatewayRoutePlan, hasOwnFilters, type ProxyPlan } from './proxy-plan.ts'
import { secretsOf } from './secret-plan.ts'

/** @param labels the labels that some route looks at; others make no difference, and so no resource of their own. */
export function planGateway(spec: ProxySpec, ports: readonly GatewayPort[], labels: Labels): ProxyPlan {
  return {
    listeners: ports.map((port) => ({
      kind: 'gateway',
      name: `${port.bind === '' ? '0.0.0.0' : port.bind}_${port.port}`,
      address: port.bind === '' ? spec.bindAddress : port.bind,
      port: port.port,
      ...{ ownFilters: hasOwnFilters(spec), logCluster: spec.logCluster },
      origins: [...new Set(port.servers.map((server) => server.origin))],
      namespace: spec.namespace,
      chains: chainsOf(port),
    })),
    routes: ports.flatMap((port) =>
      routesOf(port).map(([name, servers]) => ({ name, namespace: spec.namespace, labels, servers })),
    ),
    inboundRoutes: [],
    outbound: undefined,
    onDemand: false,
    intercepted: undefined,
    proxyless: undefined,
    clusters: [],
    secrets: secretsOf(
      ports.flatMap(({ servers }) => servers.map(({ server }) => server)),
      spec.namespace,
    ),
  }
}

/** One for plain HTTP, else one for each server. */
function chainsOf(port: GatewayPort): GatewayChainPlan[] {
  if (isPlain(port)) return [{ routeName: httpRouteName(port), bound: undefined }]
  return port.servers.map((bound) => ({ routeName: isHttps(bound.server) ? httpsRouteName(bound) : '', bound }))
}

function routesOf(port: GatewayPort): (readonly [GatewayRoutePlan['name'], readonly BoundServer[]])[] {
  if (isPlain(port)) return [[httpRouteName(port), port.servers]]
  return port.servers.filter(({ server }) => isHttps(server)).map((bound) => [httpsRouteName(bound), [bound]])
}

function isPlain({ servers }: GatewayPort): boolean {
  return servers.every(({ server }) => isPlainHttp(server))
}
