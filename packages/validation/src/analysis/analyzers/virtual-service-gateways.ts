import { hostsForNamespace, intersectHosts } from '@mizzen/discovery'
import { type Analyzer, eachOf } from '../analyzer.ts'
import { gatewayReference, isInternalGateway, MESH_GATEWAY } from '../facts/gateway-names.ts'
import { items, text, texts } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import { fullName, type Subject } from '../subject.ts'

export const virtualServiceGateways: Analyzer = {
  name: 'virtualservice.GatewayAnalyzer',
  summary: 'VirtualServices of gateways that do not exist, or take none of their hosts',
  analyze: eachOf(['VirtualService'], (service, report, mesh) => {
    texts(service.spec.gateways).forEach((written, index) => {
      const path = `spec.gateways[${index}]`
      if (written === MESH_GATEWAY) return
      if (isInternalGateway(written)) {
        report(service, 'IST0165', path, `Gateway ${written} was made from one of the Gateway API`)
        return
      }
      const reference = gatewayReference(written, service.namespace)
      const taken = hostsOf(reference, service, mesh)
      if (taken === undefined) report(service, 'IST0101', path, `there is no Gateway ${written}`)
      const wanted = texts(service.spec.hosts)
      if (taken !== undefined && intersectHosts(taken, wanted).length > 0) return
      report(service, 'IST0132', path, `Gateway ${fullName(reference)} takes none of ${someOf(wanted)}`)
    })
  }),
}

/** A message is read by people. */
function someOf(hosts: readonly string[]): string {
  const more = hosts.length - MAX_NAMED
  return `${hosts.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const MAX_NAMED = 5

/** What a gateway takes for objects of the VirtualService's namespace; undefined if there is no such gateway. */
function hostsOf(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  service: Subject,
  mesh: MeshIndex,
): readonly string[] | undefined {
  const gateway = mesh.get('Gateway', namespace, name)
  if (gateway !== undefined) {
    const written = items(gateway.spec.servers).flatMap(({ hosts }) => texts(hosts))
    const owned = written.map((host) => (host.startsWith('./') ? `${namespace}/${host.slice(2)}` : host))
    return hostsForNamespace(owned, service.namespace)
  }
  const listeners = mesh.get('KubernetesGateway', namespace, name)?.spec.listeners
  return listeners === undefined ? undefined : items(listeners).map(({ hostname }) => text(hostname) || '*')
}
