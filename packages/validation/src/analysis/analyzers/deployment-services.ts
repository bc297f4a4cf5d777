import { type Analyzer, eachOf, type Report } from '../analyzer.ts'
import { isInMesh } from '../facts/injection.ts'
import { templateFacts } from '../facts/pod-facts.ts'
import { selects } from '../facts/selector.ts'
import { type Fields, items, type Labels, labelsIn, text, whole } from '../loose.ts'
import type { DerivedIn } from '../mesh-index.ts'
import { fullName, type Subject } from '../subject.ts'

export const deploymentServices: Analyzer = {
  name: 'deployment.ServiceAssociationAnalyzer',
  aliases: ['deployment.MultiServiceAnalyzer'],
  summary: 'Services that select the same Pods and contradict each other about ports',
  analyze: eachOf(['Deployment'], (deployment, report, mesh) => {
    const pod = templateFacts(deployment)
    if (isWaypoint(deployment) || !isInMesh(pod, deployment.namespace, mesh)) return
    const all = mesh.derivedIn(selectingServices, deployment.namespace)
    const services = all.filter(({ selector }) => selects(selector, pod.labels))
    reportProtocols(deployment, services, report)
    reportTargetPorts(deployment, services, report)
  }),
}

interface SelectingService {
  readonly subject: Subject
  readonly selector: Labels
}

/** Services that have a selector. */
const selectingServices: DerivedIn<readonly SelectingService[]> = {
  build: (mesh, namespace) =>
    mesh
      .inNamespace('Service', namespace)
      .map((subject) => ({ subject, selector: labelsIn(subject.spec.selector) }))
      .filter(({ selector }) => Object.keys(selector).length > 0),
}

function isWaypoint({ labels }: Subject): boolean {
  return labels['gateway.istio.io/managed'] === 'istio.io-mesh-controller'
}

interface ServicePort {
  readonly service: Subject
  readonly port: Fields
}

function portsOf(services: readonly SelectingService[]): readonly ServicePort[] {
  return services.flatMap(({ subject }) => items(subject.spec.ports).map((port) => ({ service: subject, port })))
}

function reportProtocols(deployment: Subject, services: readonly SelectingService[], report: Report): void {
  const byNumber = Map.groupBy(portsOf(services), ({ port }) => whole(port.port) ?? 0)
  for (const [number, ports] of byNumber) {
    const protocols = new Set(ports.map(({ port }) => text(port.protocol) || 'TCP'))
    if (protocols.size < 2) continue
    const message = `port ${number} has several protocols (${[...protocols].join(', ')}) in ${namesOf(ports)}`
    report(deployment, 'IST0116', 'metadata.name', message)
  }
}

function reportTargetPorts(deployment: Subject, services: readonly SelectingService[], report: Report): void {
  const byTarget = Map.groupBy(portsOf(services), ({ port }) => targetOf(port))
  for (const [target, ports] of byTarget) {
    const numbers = new Set(ports.map(({ port }) => whole(port.port) ?? 0))
    if (numbers.size < 2) continue
    const list = [...numbers].sort((left, right) => left - right).join(', ')
    report(
      deployment,
      'IST0137',
      'metadata.name',
      `ports ${list} all lead to target port ${target}, in ${namesOf(ports)}`,
    )
  }
}

/** A Service without a target port means the port's own number. */
function targetOf({ targetPort, port }: Fields): string {
  const target = typeof targetPort === 'number' ? String(targetPort) : text(targetPort)
  return target === '' || target === '0' ? String(whole(port) ?? 0) : target
}

function namesOf(ports: readonly ServicePort[]): string {
  const names = new Set(ports.map(({ service }) => fullName(service)))
  return [...names].sort().join(', ')
}
