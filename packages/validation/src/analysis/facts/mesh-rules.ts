import { type Fields, items, texts } from '../loose.ts'
import type { Derived } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'
import { isInMeshRoutes } from './call-graph.ts'
import { fullHost } from './hosts.ts'
import { patienceOf, type RulePatience } from './retries.ts'
import { routeDestinations } from './route-destinations.ts'

/** An HTTP rule that calls to a host may go by. */
export interface HostRule {
  readonly service: Subject
  readonly path: string
  readonly patience: RulePatience
}

/** Rules of sidecars, by the full name of the host that is called. */
export const meshRules: Derived<ReadonlyMap<string, readonly HostRule[]>> = {
  build(mesh) {
    const rules = new Map<string, HostRule[]>()
    for (const service of mesh.all('VirtualService')) {
      if (!isInMeshRoutes(service)) continue
      const own = httpRules(service)
      for (const host of texts(service.spec.hosts)) {
        const name = fullHost(host, service.namespace, mesh)
        rules.set(name, [...(rules.get(name) ?? []), ...own])
      }
    }
    return rules
  },
}

export function httpRules(service: Subject): readonly HostRule[] {
  return items(service.spec.http).map((rule: Fields, index) => ({
    service,
    path: `spec.http[${index}]`,
    patience: patienceOf(rule),
  }))
}

/** The hosts that one HTTP rule sends requests to. */
export function hostsOfRule(service: Subject, path: string): readonly string[] {
  const own = routeDestinations(service).filter((one) => one.path.startsWith(`${path}.route[`))
  return [...new Set(own.map(({ host }) => host))]
}
