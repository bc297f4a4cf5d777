import { HostSet } from '../model/host-set.ts'
import type { BoundServer } from '../model/merged-gateway.ts'
import type { VirtualServiceModel } from '../model/virtual-service.ts'

/** By VirtualService: the hosts that it has at a server, by the more specific name where the two overlap. */
export type ServerMatches = ReadonlyMap<VirtualServiceModel, ReadonlySet<string>>

const NOTHING: ServerMatches = new Map()

interface Owned {
  readonly server: BoundServer
  /** The namespace whose objects may use it; `*` for all. */
  readonly owner: string
}

/**
 * Which VirtualServices have which hosts at which servers. There may be many of each: the cost is that of what overlaps, not
 * that of comparing each host with each.
 * @param rulesOf those that a gateway's port may have, in their order
 */
export function gatewayMatches(
  servers: readonly BoundServer[],
  rulesOf: (gateway: string) => readonly VirtualServiceModel[],
): (server: BoundServer) => ServerMatches {
  const matches = new Map<BoundServer, Map<VirtualServiceModel, Set<string>>>()
  for (const [gateway, own] of Map.groupBy(servers, (server) => server.gateway)) {
    const table = serversByHost(own)
    const hosts = new HostSet(table.keys())
    for (const rule of rulesOf(gateway)) {
      for (const wanted of rule.hosts) {
        for (const host of hosts.covering(wanted)) add(matches, table.get(host), rule, wanted)
        for (const host of hosts.coveredBy(wanted)) add(matches, table.get(host), rule, host)
      }
    }
  }
  return (server) => matches.get(server) ?? NOTHING
}

/** Hosts without their `namespace/` part. */
function serversByHost(servers: readonly BoundServer[]): Map<string, Owned[]> {
  const table = new Map<string, Owned[]>()
  for (const server of servers) {
    for (const text of server.server.hosts) {
      const slash = text.indexOf('/')
      const host = text.slice(slash + 1)
      const owned = { server, owner: slash === -1 ? '*' : text.slice(0, slash) }
      const others = table.get(host)
      if (others === undefined) table.set(host, [owned])
      else others.push(owned)
    }
  }
  return table
}

function add(
  matches: Map<BoundServer, Map<VirtualServiceModel, Set<string>>>,
  servers: readonly Owned[] = [],
  rule: VirtualServiceModel,
  host: string,
): void {
  for (const { server, owner } of servers) {
    if (owner !== '*' && owner !== rule.origin.namespace) continue
    let ofServer = matches.get(server)
    if (ofServer === undefined) matches.set(server, (ofServer = new Map()))
    const hosts = ofServer.get(rule)
    if (hosts === undefined) ofServer.set(rule, new Set([host]))
    else hosts.add(host)
  }
}
