import type { HTTPRoute } from '@mizzen/api'
import { isSubsetOf, isWildcard } from './host-name.ts'
import { writtenAuthorities } from './server-route.ts'
import type { ServiceModel } from './service.ts'
import { homeNamespace, virtualHostDomains } from './virtual-host-domains.ts'
import { MESH_GATEWAY, type VirtualServiceModel } from './virtual-service.ts'

/** What requests to a server are called by, and whose routes they have come by. */
export interface ServerHosts {
  /** Of one rule alone, by its key: domains of virtual hosts, which may be `*`. */
  readonly told: ReadonlyMap<string, readonly string[]>
  /** Below one of those, and of nobody in particular. */
  readonly untold: readonly string[]
}

export interface ServerHostsInput {
  /** Services that the server answers for. */
  readonly called: readonly ServiceModel[]
  /** All rules with a route to one of those; which of them are judged. */
  readonly leading: readonly VirtualServiceModel[]
  readonly isJudged: (rule: VirtualServiceModel) => boolean
  readonly leadsHere: (rule: VirtualServiceModel, route: HTTPRoute) => boolean
  readonly serviceOf: (hostname: string) => ServiceModel | undefined
  /** Those of the mesh that have exactly this host. */
  readonly meshRulesOf: (host: string) => readonly VirtualServiceModel[]
  /** DNS domain of Services. */
  readonly domain: string
}

/** Stands for whoever comes by no rule, or by one that cannot be told. */
const NOBODY = ''
/** Names of a server beyond which nothing is told apart: what they cover is compared each with each. */
const MOST_DOMAINS = 500

const NOTHING: ServerHosts = { told: new Map(), untold: [] }

/**
 * A request may have come by any rule that leads here and has a host for its authority, or by none, from clients that see
 * none. Where that leaves one rule, it is the one.
 */
export function serverHosts(input: ServerHostsInput): ServerHosts {
  const claims = claimsOf(input)
  if (claims.size > MOST_DOMAINS) return NOTHING
  const only = (domain: string) => {
    const [rule = NOBODY, ...others] = claims.get(domain) ?? []
    return others.length === 0 ? rule : NOBODY
  }
  const wildcards = [...claims.keys()].filter(isWildcard)
  const isTold = (domain: string) => {
    const rule = only(domain)
    return rule !== NOBODY && wildcards.every((one) => !isSubsetOf(domain, one) || only(one) === rule)
  }
  const told = Map.groupBy([...claims.keys()].filter(isTold).sort(), only)
  const open = [...told.values()].flat().filter(isWildcard)
  const isBelow = (domain: string) => !isTold(domain) && open.some((one) => isSubsetOf(domain, one))
  return { told, untold: [...claims.keys()].filter(isBelow).sort() }
}

type Claims = Map<string, Set<string>>

/** By domain, keys of the rules by which requests of that name come. */
function claimsOf(input: ServerHostsInput): Claims {
  const claims: Claims = new Map()
  const claim = (domains: readonly string[], rule: string) => {
    for (const domain of domains) claims.set(domain, (claims.get(domain) ?? new Set()).add(rule))
  }
  for (const service of input.called) {
    if (!input.meshRulesOf(service.hostname).some((rule) => isEverybodys(rule, service))) {
      claim(namesOf(service, input.domain), NOBODY)
    }
  }
  for (const rule of input.leading) {
    for (const host of rule.hosts) {
      const service = input.serviceOf(host)
      const isTold = input.isJudged(rule) && isToldBy(rule, host, service)
      claim(service === undefined ? [host] : namesOf(service, input.domain), isTold ? rule.origin.key : NOBODY)
    }
    claim(rule.http.filter((route) => input.leadsHere(rule, route)).flatMap(writtenAuthorities), NOBODY)
    // Nobody looks at the authority there.
    if (rule.tcp.length > 0) claim(['*'], NOBODY)
    if (claims.size > MOST_DOMAINS) return claims
  }
  return claims
}

/** By whichever short name: which namespace a client is in does not show. */
function namesOf(service: ServiceModel, domain: string): string[] {
  const home = homeNamespace(service.hostname, domain) ?? ''
  return virtualHostDomains(service, `${home}.svc.${domain}`).map((name) => name.toLowerCase())
}

/**
 * Whether every client of the mesh that calls the service goes by the rule. A client's Sidecar takes both in or leaves both
 * out if they are of one namespace.
 */
function isEverybodys({ visibility, origin, http }: VirtualServiceModel, service: ServiceModel): boolean {
  return http.length > 0 && visibility.has('*') && origin.namespace === service.origin.namespace
}

/** Whether what the rule does for the host does not depend on who calls. For sidecars a wildcard gives way to services. */
function isToldBy(rule: VirtualServiceModel, host: string, service: ServiceModel | undefined): boolean {
  if (!rule.gateways.includes(MESH_GATEWAY)) return true
  if (isWildcard(host) || !rule.visibility.has('*')) return false
  return service === undefined || isEverybodys(rule, service)
}
