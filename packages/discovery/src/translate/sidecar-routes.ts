import type { Route, VirtualHost } from '@mizzen/xds/gen/envoy/config/route/v3/route_components_pb.js'
import type { RouteConfiguration } from '@mizzen/xds/gen/envoy/config/route/v3/route_pb.js'
import { domainName, outboundCluster, PASSTHROUGH_CLUSTER } from '../model/cluster-name.ts'
import { isWildcard, mostSpecificMatch } from '../model/host-name.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import { byAge } from '../model/origin.ts'
import { isHttpOrSniffed } from '../model/protocol.ts'
import type { SidecarRoutePlan } from '../model/proxy-plan.ts'
import type { ServiceModel } from '../model/service.ts'
import { virtualHostDomains } from '../model/virtual-host-domains.ts'
import { MESH_GATEWAY, type VirtualServiceModel } from '../model/virtual-service.ts'
import { isVisible } from '../model/visibility.ts'
import { defaultOutboundRoute, passthroughRoute } from './default-route.ts'
import { virtualServiceRoutes } from './route.ts'
import { byName, routeConfiguration, virtualHost } from './virtual-host.ts'

export interface SidecarRouteInput {
  readonly mesh: MeshSettings
  /** By hostname. */
  readonly services: readonly ServiceModel[]
  /** Those bound to the mesh. */
  readonly virtualServices: readonly VirtualServiceModel[]
  serviceOf(hostname: string): ServiceModel | undefined
}

const ALLOW_ANY = 'allow_any'
/** The port whose virtual hosts may be named without it. */
const DEFAULT_PORT = 80

/**
 * Routes of a sidecar's outbound HTTP proxy: a virtual host for each port of each service that the client can see, and
 * one for what the mesh does not know. Here the port in the Host header decides, so it is not ignored.
 */
export function sidecarRoutes(plan: SidecarRoutePlan, input: SidecarRouteInput): RouteConfiguration {
  const services = input.services.filter((service) => isVisible(service.visibility, plan.namespace))
  const rules = input.virtualServices
    .filter((rule) => isVisible(rule.visibility, plan.namespace))
    .toSorted((left, right) => byAge(left.origin, right.origin))
  const ruleFor = ruleFinder(rules)
  const hosts = [
    ...services.flatMap((service) => serviceHosts(service, ruleFor(service.hostname), plan, input)),
    ...unknownHosts(rules, services, plan, input),
  ]
  const catchAll = virtualHost(ALLOW_ANY, ['*'], [passthroughRoute(ALLOW_ANY, PASSTHROUGH_CLUSTER)])
  return routeConfiguration(plan.name, [...withoutRepeatedDomains(hosts), catchAll], false)
}

/**
 * The VirtualService for a host: the most specific name counts, then the oldest object. They do not merge in the mesh.
 * @param rules oldest first.
 */
function ruleFinder(rules: readonly VirtualServiceModel[]): (hostname: string) => VirtualServiceModel | undefined {
  const byHost = new Map<string, VirtualServiceModel>()
  for (const rule of rules) for (const host of rule.hosts) if (!byHost.has(host)) byHost.set(host, rule)
  const wildcards = [...byHost.keys()].filter(isWildcard)
  return (hostname) => byHost.get(hostname) ?? byHost.get(mostSpecificMatch(hostname, wildcards) ?? '')
}

function serviceHosts(
  service: ServiceModel,
  rule: VirtualServiceModel | undefined,
  plan: SidecarRoutePlan,
  input: SidecarRouteInput,
): VirtualHost[] {
  const ports = service.ports.filter((port) => isHttpOrSniffed(port.protocol))
  return ports.flatMap(({ number }) => {
    const cluster = outboundCluster(number, '', service.hostname)
    const routes = rule
      ? routesAt(rule, number, plan, input)
      : [defaultOutboundRoute(cluster, `${service.hostname}:${number}/*`)]
    if (routes.length === 0) return []
    const domains = virtualHostDomains(service, `${plan.namespace}.svc.${input.mesh.domain}`, number)
    return [virtualHost(domainName(service.hostname, number), onPort(domains, number), routes)]
  })
}

/** Hosts of VirtualServices that no service has: on port 80, as Istio does. */
function unknownHosts(
  rules: readonly VirtualServiceModel[],
  services: readonly ServiceModel[],
  plan: SidecarRoutePlan,
  input: SidecarRouteInput,
): VirtualHost[] {
  const known = new Set(services.map((service) => service.hostname))
  return rules.flatMap((rule) => {
    const free = rule.hosts.filter((host) =>
      isWildcard(host)
        ? services.every(({ hostname }) => mostSpecificMatch(hostname, [host]) === undefined)
        : !known.has(host),
    )
    const routes = free.length === 0 ? [] : routesAt(rule, DEFAULT_PORT, plan, input)
    if (routes.length === 0) return []
    return free.map((host) => {
      const domains = host === '*' ? ['*'] : [host, domainName(host, DEFAULT_PORT)]
      return virtualHost(domainName(host, DEFAULT_PORT), domains, routes)
    })
  })
}

function routesAt(
  rule: VirtualServiceModel,
  listenPort: number,
  plan: SidecarRoutePlan,
  input: SidecarRouteInput,
): Route[] {
  return virtualServiceRoutes(rule, {
    gateway: MESH_GATEWAY,
    listenPort,
    proxyNamespace: plan.namespace,
    proxyLabels: plan.labels,
    serviceOf: (hostname) => input.serviceOf(hostname),
  })
}

/** On other ports than 80 a client has to name the port. */
function onPort(domains: readonly string[], port: number): string[] {
  return port === DEFAULT_PORT ? [...domains] : domains.filter((domain) => domain.endsWith(`:${port}`))
}

/** Envoy refuses a configuration that says one domain twice; full names have precedence over short forms of others. */
function withoutRepeatedDomains(hosts: readonly VirtualHost[]): VirtualHost[] {
  const sorted = hosts.toSorted(byName)
  const names = new Set(sorted.flatMap((host) => [host.name, host.domains[0] ?? '']))
  const taken = new Set(['*'])
  return sorted.flatMap((host) => {
    const domains = host.domains.filter((domain, index) => index === 0 || domain === host.name || !names.has(domain))
    const free = [...new Set(domains.map((domain) => domain.toLowerCase()))].filter((domain) => !taken.has(domain))
    for (const domain of free) taken.add(domain)
    return free.length === 0 ? [] : [{ ...host, domains: free }]
  })
}
