import { type Analyzer, eachOf, type Report } from '../analyzer.ts'
import { firstLabel, selectorText, selects } from '../facts/selector.ts'
import { selectWorkloads, type Workload } from '../facts/workloads.ts'
import { at, items, type Labels, labelsIn, whole } from '../loose.ts'
import type { Derived, MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'

export const gatewayPorts: Analyzer = {
  name: 'gateway.IngressGatewayPortAnalyzer',
  summary: 'Gateways without Pods, and ports of Gateways that no Service leads to',
  analyze: eachOf(['Gateway'], (gateway, report, mesh) => {
    const selector = labelsIn(gateway.spec.selector)
    const pods = selectWorkloads(selector, undefined, mesh)
    if (pods.length === 0) reportNoGatewayPods(gateway, selector, report)
    else reportPorts(gateway, selector, exposedPorts(pods, mesh), report)
  }),
}

export function reportNoGatewayPods(gateway: Subject, selector: Labels, report: Report): void {
  report(gateway, 'IST0101', selectorPath(selector), `no Pod has the labels ${selectorText(selector)}`)
}

function selectorPath(selector: Labels): string {
  return `spec.selector[${JSON.stringify(firstLabel(selector))}]`
}

function reportPorts(gateway: Subject, selector: Labels, exposed: ReadonlySet<number>, report: Report): void {
  for (const server of items(gateway.spec.servers)) {
    if (server.port === undefined) continue
    const number = whole(at(server, 'port', 'number')) ?? 0
    if (exposed.has(number)) continue
    const message = `no Service of the Pods with ${selectorText(selector)} leads to port ${number}`
    report(gateway, 'IST0162', selectorPath(selector), message)
  }
}

/** Ports of the Pods that Services of theirs lead to. */
function exposedPorts(pods: readonly Workload[], mesh: MeshIndex): ReadonlySet<number> {
  const services = mesh.derived(serviceSelectors)
  const exposed = new Set<number>()
  for (const { labels, namespace } of pods) {
    for (const { ports, selector } of services.get(namespace) ?? []) {
      if (selects(selector, labels)) for (const port of ports) exposed.add(port)
    }
  }
  return exposed
}

interface ServiceSelector {
  readonly selector: Labels
  readonly ports: readonly number[]
}

const serviceSelectors: Derived<ReadonlyMap<string, readonly ServiceSelector[]>> = {
  build(mesh) {
    const grouped = Map.groupBy(mesh.all('Service'), ({ namespace }) => namespace)
    return new Map([...grouped].map(([namespace, services]) => [namespace, services.map(serviceSelector)]))
  },
}

function serviceSelector({ spec }: Subject): ServiceSelector {
  // Istio binds a server on a port of the Service to the port that it leads to.
  const ports = items(spec.ports).flatMap(({ port, targetPort, protocol = 'TCP' }) =>
    protocol === 'TCP' ? [whole(port) ?? 0, whole(targetPort) ?? 0] : [],
  )
  return { selector: labelsIn(spec.selector), ports }
}
