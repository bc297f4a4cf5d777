import { domainName } from './cluster-name.ts'
import type { EgressScope } from './egress-scope.ts'
import { isHttpOrSniffed } from './protocol.ts'
import { ruleList } from './route-list.ts'
import { hasRoutesAt } from './route-place.ts'
import type { ServiceModel, ServicePortModel } from './service.ts'
import type { RouteAudience, VirtualHostPlan } from './virtual-host.ts'
import { homeNamespace, virtualHostDomains } from './virtual-host-domains.ts'
import { MESH_GATEWAY, type VirtualServiceModel } from './virtual-service.ts'

/** A client's point of view. */
export interface SidecarClient {
  /** Key of the RouteScope if `namespace` is known, and otherwise of the audience. */
  readonly key: string
  readonly audience: RouteAudience
  /** By which names are short; undefined: none is. */
  readonly namespace: string | undefined
  readonly egress: EgressScope
  /** DNS domain of the mesh. */
  readonly domain: string
}

/** The port whose virtual hosts may be named without it. */
const DEFAULT_PORT = 80

/**
 * A virtual host for each HTTP port of a service that a client sees. Here the port in the Host header decides, so it is
 * part of the domains.
 */
export function serviceHosts(
  client: SidecarClient,
  service: ServiceModel,
  ports: readonly ServicePortModel[],
  rule: VirtualServiceModel | undefined,
): VirtualHostPlan[] {
  const { key, namespace = '', domain } = client
  const home = homeNamespace(service.hostname, domain)
  return ports.flatMap(({ number, protocol }) => {
    if (!isHttpOrSniffed(protocol)) return []
    const place = placeOf(client, number)
    if (rule !== undefined && !hasRoutesAt(rule, place)) return []
    const domains = virtualHostDomains(service, `${namespace}.svc.${domain}`, number)
    return {
      ...{ scope: key, home },
      name: domainName(service.hostname, number),
      domains: distinct(onPort(domains, number)),
      routes: rule ? ruleList(rule, place) : { kind: 'default', hostname: service.hostname, port: number },
    }
  })
}

/** Hosts of a VirtualService that clients see and no service has, on port 80 as in Istio. */
export function unknownHosts(
  client: SidecarClient,
  rule: VirtualServiceModel,
  isKnown: (host: string) => boolean,
  winnerFor: (host: string) => VirtualServiceModel | undefined,
): VirtualHostPlan[] {
  const place = placeOf(client, DEFAULT_PORT)
  if (!hasRoutesAt(rule, place)) return []
  const free = rule.hosts.filter((host) => !isKnown(host) && winnerFor(host)?.origin.key === rule.origin.key)
  return free.map((host) => ({
    ...{ scope: client.key, home: undefined },
    name: domainName(host, DEFAULT_PORT),
    domains: host === '*' ? ['*'] : [host, domainName(host, DEFAULT_PORT)],
    routes: ruleList(rule, place),
  }))
}

function placeOf({ audience, egress }: SidecarClient, listenPort: number) {
  return { gateway: MESH_GATEWAY, listenPort, proxyNamespace: egress.namespace, proxyLabels: audience.labels }
}

/** On other ports than 80 a client has to name the port. */
function onPort(domains: readonly string[], port: number): readonly string[] {
  return port === DEFAULT_PORT ? domains : domains.filter((domain) => domain.endsWith(`:${port}`))
}

function distinct(domains: readonly string[]): string[] {
  return [...new Set(domains.map((domain) => domain.toLowerCase()))]
}
