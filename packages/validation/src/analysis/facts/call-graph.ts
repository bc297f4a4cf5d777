import { at, items, labelsIn, texts } from '../loose.ts'
import type { Derived, DerivedIn, MeshIndex } from '../mesh-index.ts'
import type { Subject } from '../subject.ts'
import { MESH_GATEWAY } from './gateway-names.ts'
import { findHost, fullHost, resolvedHost } from './hosts.ts'
import { namedHosts } from './named-hosts.ts'
import { routeDestinations } from './route-destinations.ts'
import { selects } from './selector.ts'
import { selectWorkloads, type Workload } from './workloads.ts'

/**
 * Who calls whom, as far as the objects tell: gateways call what their VirtualServices route to, and a workload calls
 * the services that its containers' environment, arguments or command name, and those that its Sidecar does. Services go by
 * their full host names.
 */
export function callees(caller: string, mesh: MeshIndex): readonly string[] {
  const namespace = findHost(caller, '', mesh)?.subject.namespace
  return namespace === undefined ? [] : (mesh.derivedIn(namespaceCalls, namespace).get(caller) ?? [])
}

/** Stands for all gateways: there the requests of users begin. */
export const GATEWAY = 'gateway'

export function isAtGateway({ spec }: Subject): boolean {
  return texts(spec.gateways).some((gateway) => gateway !== MESH_GATEWAY)
}

export function isInMeshRoutes({ spec }: Subject): boolean {
  const gateways = texts(spec.gateways)
  return gateways.length === 0 || gateways.includes(MESH_GATEWAY)
}

const gatewayCalls: Derived<readonly string[]> = {
  build(mesh) {
    const called = mesh
      .all('VirtualService')
      .filter(isAtGateway)
      .flatMap((service) => routeDestinations(service).map(({ host }) => fullHost(host, service.namespace, mesh)))
    return [...new Set(called)]
  },
}

/** Pods of one service that are looked into: they are alike. */
const MAX_PODS = 20

/** By the full host name of the service whose Pods call. */
const namespaceCalls: DerivedIn<ReadonlyMap<string, readonly string[]>> = {
  build(mesh, namespace) {
    const calls = mesh.inNamespace('Service', namespace).flatMap((service) => {
      const selector = labelsIn(service.spec.selector)
      if (Object.keys(selector).length === 0) return []
      const name = fullHost(service.name, namespace, mesh)
      const pods = selectWorkloads(selector, namespace, mesh).slice(0, MAX_PODS)
      const called = new Set(pods.flatMap((pod) => namedServices(pod, mesh)))
      called.delete(name)
      return [[name, [...called]] as const]
    })
    return new Map(calls)
  },
}

function namedServices(pod: Workload, mesh: MeshIndex): readonly string[] {
  const declared = declaredHosts(pod, mesh)
  return [...namedHosts(pod), ...declared].flatMap((host) => {
    const name = resolvedHost(host, pod.namespace, mesh)
    return findHost(name, pod.namespace, mesh)?.subject.kind === 'Service' ? [name] : []
  })
}

/** Hosts that a Sidecar of its namespace lets the workload reach, where it names them: wildcards say nothing of calls. */
function declaredHosts({ namespace, labels }: Workload, mesh: MeshIndex): readonly string[] {
  return mesh
    .inNamespace('Sidecar', namespace)
    .filter(({ spec }) => selects(labelsIn(at(spec, 'workloadSelector', 'labels')), labels))
    .flatMap(({ spec }) => items(spec.egress).flatMap(({ hosts }) => texts(hosts)))
    .map((host) => host.slice(host.indexOf('/') + 1))
    .filter((host) => !host.includes('*'))
}

/** The whole, by caller. */
export const callGraph: Derived<ReadonlyMap<string, readonly string[]>> = {
  build(mesh) {
    const namespaces = new Set(mesh.all('Service').map(({ namespace }) => namespace))
    const calls = [...namespaces].flatMap((namespace) => [...mesh.derivedIn(namespaceCalls, namespace)])
    return new Map([[GATEWAY, mesh.derived(gatewayCalls)], ...calls])
  },
}
