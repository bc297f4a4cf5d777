import { type Analyzer, eachOf, type Report } from '../analyzer.ts'
import { destinationPods } from '../facts/destination-pods.ts'
import { type RouteDestination, routeDestinations } from '../facts/route-destinations.ts'
import type { MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'

/** A Pod that gets this many times an even share is too much for most. */
const TOO_MUCH = 2.5

export const weights: Analyzer = {
  name: 'mizzen.WeightAnalyzer',
  summary: 'weights that the Pods of a destination are too few for, and subsets without any',
  analyze: eachOf(['VirtualService'], (service, report, mesh) => {
    const rules = Map.groupBy(
      routeDestinations(service).filter(({ mirror }) => !mirror),
      ({ path }) => path.slice(0, path.indexOf('.route[')),
    )
    for (const destinations of rules.values()) checkRule(service, destinations, mesh, report)
  }),
}

interface Loaded {
  readonly destination: RouteDestination
  /** Of 1. */
  readonly share: number
  readonly replicas: number
}

function checkRule(service: Subject, all: readonly RouteDestination[], mesh: MeshIndex, report: Report): void {
  const used = all.length === 1 ? all : all.filter(({ weight = 0 }) => weight > 0)
  const total = used.reduce((sum, { weight = 0 }) => sum + weight, 0)
  const loads = used.map((destination) => {
    const replicas = destinationPods(destination, service.namespace, mesh)?.replicas
    return { destination, share: used.length === 1 ? 1 : (destination.weight ?? 0) / total, replicas }
  })
  for (const { destination, replicas } of loads) {
    if (replicas !== 0 || destination.subset === '') continue
    const message = `subset ${destination.subset} of ${destination.host} has no Pods: its requests are answered 503`
    report(service, 'MZN0104', `${destination.path}.subset`, message)
  }
  const known = loads.filter((load): load is Loaded => load.replicas !== undefined && load.replicas > 0)
  if (known.length === loads.length && known.length > 1) checkLoads(service, known, report)
}

function checkLoads(service: Subject, loads: readonly Loaded[], report: Report): void {
  const pods = loads.reduce((sum, { replicas }) => sum + replicas, 0)
  for (const { destination, share, replicas } of loads) {
    const times = (share / replicas) * pods
    if (times < TOO_MUCH) continue
    const { host, subset, path } = destination
    const name = subset === '' ? host : `subset ${subset} of ${host}`
    const message = `${Math.round(share * 100)} % of the requests go to ${replicas} of ${pods} Pods (${name}): each gets ${times.toFixed(1)} times an even share`
    report(service, 'MZN0101', path.replace(/\.destination$/, '.weight'), message)
  }
}
