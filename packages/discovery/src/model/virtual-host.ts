import type { Labels } from './labels.ts'
import type { RouteListPlan } from './route-list.ts'

/** Clients whose routes differ at most by the short names that services of the client's own namespace have. */
export interface RouteAudience {
  /** Holds no tab and no space. */
  readonly key: string
  /** Key of the EgressScope. */
  readonly egress: string
  /** As far as routes ask for them. */
  readonly labels: Labels
}

/** Clients that share a route configuration: those of an audience that are in one namespace. */
export interface RouteScope {
  /** Holds no tab, and a space. */
  readonly key: string
  readonly audience: RouteAudience
  readonly namespace: string
}

/** A virtual host of a sidecar before it is encoded. */
export interface VirtualHostPlan {
  /** Key of the RouteAudience that it is for; of the RouteScope, with the short names of the client's own namespace. */
  readonly scope: string
  /** Clients of this namespace call it by a shorter name. */
  readonly home: string | undefined
  readonly name: string
  /** The first is its own; the others are its own unless another virtual host has that name. */
  readonly domains: readonly string[]
  readonly routes: RouteListPlan
}

/**
 * The domains that single virtual hosts may not have, since Envoy refuses a configuration that says one twice: a full name
 * has precedence over the short form of another, and otherwise the first by name.
 * @returns by the name of the virtual host; those that keep all they have are not in it
 */
export function lostDomains(hosts: readonly VirtualHostPlan[]): ReadonlyMap<string, readonly string[]> {
  const sorted = [...hosts].sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0))
  const names = new Set(sorted.flatMap((host) => [host.name, host.domains[0] ?? '']))
  const taken = new Set(['*'])
  const lost = new Map<string, readonly string[]>()
  for (const { name, domains } of sorted) {
    const gone = domains.filter((domain, index) => {
      if (index > 0 && domain !== name && names.has(domain)) return true
      const size = taken.size
      return taken.add(domain).size === size
    })
    if (gone.length > 0) lost.set(name, gone)
  }
  return lost
}
