import { hostsOverlap } from '@mizzen/discovery'
import type { Analyzer } from '../analyzer.ts'
import { EVERYWHERE, exportScopes } from '../facts/exports.ts'
import { MESH_GATEWAY } from '../facts/gateway-names.ts'
import { fullHost } from '../facts/hosts.ts'
import { texts } from '../loose.ts'
import type { MeshIndex } from '../mesh-index.ts'
import { fullName, type Subject } from '../subject.ts'

export const meshGatewayHosts: Analyzer = {
  name: 'virtualservice.ConflictingMeshGatewayHostsAnalyzer',
  summary: 'VirtualServices for sidecars that name the same host',
  analyze(mesh, report) {
    const claims = claimsByScope(mesh)
    const everywhere = claims.get(EVERYWHERE) ?? new Map<string, Subject[]>()
    const reported = new Set<Subject>()
    for (const [scope, byHost] of claims) {
      for (const [host, own] of byHost) {
        const rivals = scope === EVERYWHERE ? own : [...own, ...overlapping(host, everywhere)]
        if (rivals.length < 2) continue
        const names = [...new Set(rivals.map(fullName))].join(', ')
        for (const service of rivals) {
          if (reported.has(service)) continue
          reported.add(service)
          report(service, 'IST0109', 'metadata.name', `${names} have the same host ${host} in the mesh`)
        }
      }
    }
  },
}

type ByHost = Map<string, Subject[]>

/** VirtualServices of sidecars, by the namespaces that see them and by full host name. */
function claimsByScope(mesh: MeshIndex): ReadonlyMap<string, ByHost> {
  const claims = new Map<string, ByHost>()
  for (const service of mesh.all('VirtualService')) {
    const gateways = texts(service.spec.gateways)
    if (gateways.length > 0 && !gateways.includes(MESH_GATEWAY)) continue
    for (const scope of exportScopes(service)) {
      const byHost = claims.get(scope) ?? new Map<string, Subject[]>()
      claims.set(scope, byHost)
      for (const host of texts(service.spec.hosts)) {
        const name = fullHost(host, service.namespace, mesh)
        byHost.set(name, [...(byHost.get(name) ?? []), service])
      }
    }
  }
  return claims
}

function overlapping(host: string, everywhere: ByHost): readonly Subject[] {
  return [...everywhere].flatMap(([other, services]) => (hostsOverlap(host, other) ? services : []))
}
