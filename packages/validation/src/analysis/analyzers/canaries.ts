import { type Analyzer, eachOf, type Report } from '../analyzer.ts'
import { destinationPods } from '../facts/destination-pods.ts'
import { gatewayReference } from '../facts/gateway-names.ts'
import { type RouteDestination, routeDestinations } from '../facts/route-destinations.ts'
import { at, fields, text } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'

export const canaries: Analyzer = {
  name: 'mizzen.CanaryAnalyzer',
  summary: 'Canaries of VirtualServices that do not exist, and versions without Pods',
  analyze: eachOf(['Canary'], (canary, report, mesh) => {
    const name = text(at(canary.spec, 'traffic', 'virtualService'))
    const reference = gatewayReference(name, canary.namespace)
    const service = mesh.get('VirtualService', reference.namespace, reference.name)
    if (service === undefined) {
      report(canary, 'IST0101', 'spec.traffic.virtualService', `there is no VirtualService ${name}`)
      return
    }
    for (const version of ['stable', 'canary'] as const) checkVersion(canary, version, service, mesh, report)
  }),
}

function checkVersion(
  canary: Subject,
  version: 'stable' | 'canary',
  service: Subject,
  mesh: MeshIndex,
  report: Report,
): void {
  const path = `spec.${version}`
  const { subset, host } = fields(canary.spec[version])
  const wanted = { subset: text(subset), host: text(host) }
  const destinations = routeDestinations(service).filter((one) => isVersion(one, wanted))
  const [destination] = destinations
  // Without a weight it may have no Pods: a version that was promoted has none of the old one, and one that begins may wait.
  const isSentTo = destinations.some(({ weight, mirror }) => mirror || weight !== 0)
  if (destination === undefined) {
    const name = wanted.subset || wanted.host
    report(canary, 'IST0101', path, `no route of VirtualService ${service.name} has ${name} as a destination`)
  } else if (isSentTo && destinationPods(destination, service.namespace, mesh)?.replicas === 0) {
    report(canary, 'MZN0104', path, `${version} has no Pods: requests to it are answered 503`)
  }
}

function isVersion(destination: RouteDestination, wanted: { readonly subset: string; readonly host: string }): boolean {
  return wanted.subset === '' ? destination.host === wanted.host : destination.subset === wanted.subset
}
