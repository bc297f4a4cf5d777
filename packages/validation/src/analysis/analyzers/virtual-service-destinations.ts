import { type Analyzer, eachOf, type Report } from '../analyzer.ts'
import { findHost } from '../facts/hosts.ts'
import { type RouteDestination, routeDestinations } from '../facts/route-destinations.ts'
import { texts } from '../loose.ts'
import type { Derived, MeshIndex } from '../mesh-index.ts'
import { fullName, type Subject } from '../subject.ts'

export const virtualServiceDestinations: Analyzer = {
  name: 'virtualservice.DestinationHostAnalyzer',
  summary: 'routes to hosts or ports that do not exist, or past the subsets that the mesh has for a host',
  analyze: eachOf(['VirtualService'], (service, report, mesh) => {
    for (const destination of routeDestinations(service)) reportDestination(service, destination, mesh, report)
    reportMissedSubsets(service, mesh, report)
  }),
}

function reportDestination(service: Subject, destination: RouteDestination, mesh: MeshIndex, report: Report): void {
  const { host, port, path } = destination
  const found = findHost(host, service.namespace, mesh, texts(service.spec.exportTo))
  if (found === undefined) {
    report(service, 'IST0101', `${path}.host`, `no service has host ${host}`)
    return
  }
  const { ports } = found
  if (port === undefined) {
    if (ports.length > 1) report(service, 'IST0112', `${path}.host`, `${host} has ports ${ports.join(', ')}: name one`)
  } else if (!ports.includes(port)) {
    report(service, 'IST0101', `${path}.host`, `${host} has no port ${port}, but ${ports.join(', ') || 'none'}`)
  }
}

/** Which VirtualServices route a host of their own by subsets: in the mesh, whoever calls that host goes that way. */
const subsetUsers: Derived<ReadonlyMap<string, readonly Subject[]>> = {
  build(mesh) {
    const users = new Map<string, Subject[]>()
    for (const service of mesh.all('VirtualService')) {
      const own = new Set(texts(service.spec.hosts))
      for (const { host, subset, path } of routeDestinations(service)) {
        if (subset === '' || !own.has(host) || !isHttpRoute(path)) continue
        users.set(host, [...(users.get(host) ?? []), service])
      }
    }
    return users
  },
}

function isHttpRoute(path: string): boolean {
  return /^spec\.http\[\d+\]\.route\[/.test(path)
}

function reportMissedSubsets(service: Subject, mesh: MeshIndex, report: Report): void {
  if (texts(service.spec.gateways).length === 0) return
  const told = new Set<Subject>()
  for (const { host, subset, path } of routeDestinations(service)) {
    if (subset !== '' || !isHttpRoute(path)) continue
    for (const user of mesh.derived(subsetUsers).get(host) ?? []) {
      if (told.has(user)) continue
      told.add(user)
      const message = `requests from the gateway go past the subsets that VirtualService ${fullName(user)} has for ${host}`
      report(service, 'IST0140', `${path}.host`, message)
    }
  }
}
