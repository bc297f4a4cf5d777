import { hostsOverlap } from '@mizzen/discovery'
import { writtenKind } from '../analysis/analyzed-kind.ts'
import { gatewayReference, MESH_GATEWAY } from '../analysis/facts/gateway-names.ts'
import { fullHost } from '../analysis/facts/hosts.ts'
import { isInMesh } from '../analysis/facts/injection.ts'
import { podFacts, templateFacts } from '../analysis/facts/pod-facts.ts'
import { routeDestinations } from '../analysis/facts/route-destinations.ts'
import { selects } from '../analysis/facts/selector.ts'
import { subsetsOf } from '../analysis/facts/subsets.ts'
import { selectWorkloads } from '../analysis/facts/workloads.ts'
import { at, fields, items, type Labels, labelsIn, text, texts, whole } from '../analysis/loose.ts'
import type { MeshIndex } from '../analysis/mesh-index.ts'
import type { Subject } from '../analysis/subject.ts'
import { appliedPolicies } from './applied-policies.ts'

/** An object that has a part in what happens to the described one. */
export interface RelatedObject {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  /** What it does, as a part of a sentence: `routes shop.example.com to subset v1`. */
  readonly effect: string
  readonly subject: Subject
}

/** Which objects act on a Pod, a Deployment or a Service, in the order in which a request meets them. */
export interface Description {
  readonly subject: Subject
  /** Whether its Pods have a sidecar, or will get one; null for a Service without Pods, and for what has none. */
  readonly inMesh: boolean | null
  readonly pods: number
  readonly gateways: readonly RelatedObject[]
  readonly virtualServices: readonly RelatedObject[]
  readonly services: readonly RelatedObject[]
  readonly destinationRules: readonly RelatedObject[]
  /** Security, telemetry and proxy settings that apply to the Pods. */
  readonly policies: readonly RelatedObject[]
}

export function describe(subject: Subject, mesh: MeshIndex): Description {
  const { labels, pods, inMesh } = workloadsOf(subject, mesh)
  const services = servicesOf(subject, labels, mesh)
  const hosts = services.map((service) => fullHost(service.name, service.namespace, mesh))
  const routing = mesh.all('VirtualService').filter((one) => isAbout(one, hosts, mesh))
  const rules = mesh.all('DestinationRule').filter((one) => hosts.some((host) => covers(one, host, mesh)))
  return {
    ...{ subject, inMesh, pods },
    gateways: gatewaysOf(routing, mesh).map((one) => related(one, gatewayEffect(one))),
    virtualServices: routing.map((one) => related(one, routeEffect(one, hosts, mesh))),
    services: services.map((one) => related(one, serviceEffect(one))),
    destinationRules: rules.map((one) => related(one, ruleEffect(one))),
    policies: labels.flatMap((one) =>
      appliedPolicies(one, subject.namespace, mesh).map(({ subject: policy, reach }) =>
        related(policy, reach === 'workload' ? 'selects it' : `for the whole ${reach}`),
      ),
    ),
  }
}

interface DescribedPods {
  /** One set for each kind of Pod, without repetition. */
  readonly labels: readonly Labels[]
  readonly pods: number
  readonly inMesh: boolean | null
}

function workloadsOf(subject: Subject, mesh: MeshIndex): DescribedPods {
  if (subject.kind === 'Pod') {
    const pod = podFacts(subject)
    return { labels: [pod.labels], pods: 1, inMesh: isInMesh(pod, subject.namespace, mesh) }
  }
  if (subject.kind !== 'Service') return templateWorkloads(subject, mesh)
  const selector = labelsIn(subject.spec.selector)
  const found = Object.keys(selector).length === 0 ? [] : selectWorkloads(selector, subject.namespace, mesh)
  const labels = [...new Map(found.map((one) => [JSON.stringify(one.labels), one.labels])).values()]
  const pods = found.reduce((sum, { replicas }) => sum + replicas, 0)
  return { labels, pods, inMesh: found.length === 0 ? null : found.every((one) => one.inMesh) }
}

/** What runs knows better than the template whether there is a sidecar: one machine gives every Pod one. */
function templateWorkloads(subject: Subject, mesh: MeshIndex): DescribedPods {
  if (subject.spec.template === undefined) return { labels: [], pods: 0, inMesh: null }
  const template = templateFacts(subject)
  const running = mesh.inNamespace('Pod', subject.namespace).filter((pod) => selects(template.labels, pod.labels))
  const known = running.length > 0 && Object.keys(template.labels).length > 0 ? running.map(podFacts) : [template]
  const inMesh = known.every((pod) => isInMesh(pod, subject.namespace, mesh))
  return { labels: [template.labels], pods: whole(subject.spec.replicas) ?? 1, inMesh }
}

function servicesOf(subject: Subject, labels: readonly Labels[], mesh: MeshIndex): readonly Subject[] {
  if (subject.kind === 'Service') return [subject]
  return mesh.inNamespace('Service', subject.namespace).filter(({ spec }) => {
    const selector = labelsIn(spec.selector)
    return Object.keys(selector).length > 0 && labels.some((one) => selects(selector, one))
  })
}

/** It names one of the hosts itself, or sends requests there. */
function isAbout(service: Subject, hosts: readonly string[], mesh: MeshIndex): boolean {
  const named = isForMesh(service) ? texts(service.spec.hosts) : []
  const all = [...named, ...routeDestinations(service).map(({ host }) => host)]
  return all.some((host) => host !== '*' && hosts.includes(fullHost(host, service.namespace, mesh)))
}

function isForMesh({ spec }: Subject): boolean {
  const gateways = texts(spec.gateways)
  return gateways.length === 0 || gateways.includes(MESH_GATEWAY)
}

function covers(rule: Subject, host: string, mesh: MeshIndex): boolean {
  return hostsOverlap(fullHost(text(rule.spec.host), rule.namespace, mesh), host)
}

function gatewaysOf(services: readonly Subject[], mesh: MeshIndex): readonly Subject[] {
  const found = services.flatMap((service) =>
    texts(service.spec.gateways).flatMap((written) => {
      const { namespace, name } = gatewayReference(written, service.namespace)
      return mesh.get('Gateway', namespace, name) ?? mesh.get('KubernetesGateway', namespace, name) ?? []
    }),
  )
  return [...new Set(found)]
}

function related(subject: Subject, effect: string): RelatedObject {
  const { namespace, name } = subject
  return { kind: writtenKind(subject.kind), namespace, name, effect, subject }
}

function gatewayEffect({ spec }: Subject): string {
  const servers = items(spec.servers).map(
    ({ port, hosts }) => `${whole(at(port, 'number')) ?? '?'} for ${texts(hosts).join(', ')}`,
  )
  return servers.length === 0 ? 'lets requests in' : `takes requests on ${servers.join('; ')}`
}

function routeEffect(service: Subject, hosts: readonly string[], mesh: MeshIndex): string {
  const own = routeDestinations(service).filter(({ host }) => hosts.includes(fullHost(host, service.namespace, mesh)))
  const shares = own.map(
    ({ subset, host, weight }) => `${subset || host}${weight === undefined ? '' : ` (weight ${weight})`}`,
  )
  const to = shares.length === 0 ? 'elsewhere' : `to ${[...new Set(shares)].join(', ')}`
  return `routes ${texts(service.spec.hosts).join(', ')} ${to}`
}

function serviceEffect({ spec }: Subject): string {
  const ports = items(spec.ports).map(
    ({ port, targetPort, name }) => `${whole(port)}→${targetPort ?? whole(port)} ${text(name)}`,
  )
  return `leads to it on ${ports.map((port) => port.trim()).join(', ') || 'no port'}`
}

function ruleEffect(rule: Subject): string {
  const names = subsetsOf(rule).map(({ name }) => name)
  const policy = Object.keys(fields(rule.spec.trafficPolicy))
  const parts = [
    ...(names.length === 0 ? [] : [`subsets ${names.join(', ')}`]),
    ...(policy.length === 0 ? [] : [`settings ${policy.join(', ')}`]),
  ]
  return parts.length === 0 ? `is for ${text(rule.spec.host)}` : parts.join('; ')
}
