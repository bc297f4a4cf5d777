import type { Analyzer, Report } from '../analyzer.ts'
import { selectorText, selects } from '../facts/selector.ts'
import { hasWorkload } from '../facts/workloads.ts'
import { at, items, type Labels, labelsIn, text, texts, whole } from '../loose.ts'
import type { Derived, MeshIndex } from '../mesh-index.ts'
import { fullName, type Subject } from '../subject.ts'

export const conflictingGateways: Analyzer = {
  name: 'gateway.ConflictingGatewayAnalyzer',
  summary: 'Gateways of the same proxies that have the same port and host',
  analyze(mesh, report) {
    const places = mesh.derived(serversByPlace)
    for (const server of mesh.derived(gatewayServers)) {
      const rivals = server.hosts.flatMap((host) => places.get(placeOf(server, host)) ?? [])
      const others = rivals.filter((rival) => rival.gateway !== server.gateway && sharePods(server, rival, mesh))
      if (others.length > 0) reportConflict(server, others, report)
    }
  },
}

/** A server of a Gateway, and whose Pods have it. */
interface GatewayServer {
  readonly gateway: Subject
  readonly selector: Labels
  readonly port: number
  /** Address that it listens on; '' is all. */
  readonly bind: string
  readonly hosts: readonly string[]
}

const gatewayServers: Derived<readonly GatewayServer[]> = {
  build: (mesh) => mesh.all('Gateway').flatMap(serversOf),
}

/** Servers by port, address and host: those that meet there are in each other's way if they share Pods. */
const serversByPlace: Derived<ReadonlyMap<string, readonly GatewayServer[]>> = {
  build(mesh) {
    const places = new Map<string, GatewayServer[]>()
    for (const server of mesh.derived(gatewayServers)) {
      for (const host of new Set(server.hosts)) {
        const place = placeOf(server, host)
        places.set(place, [...(places.get(place) ?? []), server])
      }
    }
    return places
  },
}

function serversOf(gateway: Subject): readonly GatewayServer[] {
  const selector = labelsIn(gateway.spec.selector)
  return items(gateway.spec.servers).map((server) => ({
    gateway,
    selector,
    port: whole(at(server, 'port', 'number')) ?? 0,
    bind: text(server.bind),
    hosts: texts(server.hosts),
  }))
}

function placeOf({ port, bind }: GatewayServer, host: string): string {
  return `${port}\n${bind}\n${host}`
}

/** Equal selectors share whatever Pods there are; of others one has to include the other, and a Pod must have both. */
function sharePods(one: GatewayServer, other: GatewayServer, mesh: MeshIndex): boolean {
  const [left, right] = [one.selector, other.selector]
  const within = selects(left, right)
  const around = selects(right, left)
  if (within && around) return true
  return (within || around) && hasWorkload({ ...left, ...right }, undefined, mesh)
}

function reportConflict(server: GatewayServer, others: readonly GatewayServer[], report: Report): void {
  const names = [...new Set(others.map(({ gateway }) => fullName(gateway)))].sort().join(', ')
  const where = `port ${server.port} for ${server.hosts.join(', ')}`
  const pods = selectorText(server.selector) || 'any labels'
  report(server.gateway, 'IST0145', '', `${where} at Pods with ${pods} is also that of Gateway ${names}`)
}
