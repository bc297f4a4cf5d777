import { eachOf } from '../analyzer.ts'
import { destinationPods } from '../facts/destination-pods.ts'
import { findHost, fullHost } from '../facts/hosts.ts'
import { type RouteDestination, routeDestinations } from '../facts/route-destinations.ts'
import { findSubset } from '../facts/subsets.ts'
import { texts } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'

/** A route whose requests fail in the present state of the mesh. */
export interface UnmetDestination {
  readonly service: Subject
  /** Part of a sentence: `no service has host reviews`. */
  readonly reason: string
}

/** By VirtualService, host and subset, so that it stays the same where a route only moves. */
export function unmetDestinations(mesh: MeshIndex): ReadonlyMap<string, UnmetDestination> {
  const unmet = new Map<string, UnmetDestination>()
  findUnmet(mesh, (service, _code, path, reason) => {
    const destination = routeDestinations(service).find((one) => one.path === path)
    unmet.set(`${service.key} ${destination?.host} ${destination?.subset}`, { service, reason })
  })
  return unmet
}

const findUnmet = eachOf(['VirtualService'], (service, report, mesh) => {
  for (const destination of routeDestinations(service).filter(isSentRequests)) {
    const reason = whyUnmet(destination, service, mesh)
    if (reason !== undefined) report(service, 'MZN0108', destination.path, reason)
  }
})

/** A weight of 0 is one for each of several destinations: the only one of a rule gets everything. Mirrors fail unseen. */
function isSentRequests({ mirror, weight, path }: RouteDestination, _: number, all: readonly RouteDestination[]) {
  return !mirror && (weight !== 0 || all.filter((one) => ruleOf(one) === ruleOf({ path })).length === 1)
}

function ruleOf({ path }: Pick<RouteDestination, 'path'>): string {
  return path.slice(0, path.indexOf(']'))
}

function whyUnmet({ host, subset }: RouteDestination, service: Subject, mesh: MeshIndex): string | undefined {
  const { namespace } = service
  if (findHost(host, namespace, mesh, texts(service.spec.exportTo)) === undefined) return `no service has host ${host}`
  if (subset !== '' && findSubset(fullHost(host, namespace, mesh), subset, mesh) === undefined) {
    return `no DestinationRule gives ${host} a subset ${subset}`
  }
  if (destinationPods({ host, subset }, namespace, mesh)?.replicas !== 0) return undefined
  return `${subset === '' ? host : `subset ${subset} of ${host}`} has no Pods`
}
