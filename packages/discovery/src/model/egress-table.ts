import { HostSet } from './host-set.ts'
import type { EgressHosts } from './sidecar.ts'

/** A port that an egress listener is for; undefined for all. */
type ListenerPort = number | undefined

interface LetIn {
  readonly hosts: HostSet
  /** By host as the Sidecar says it. */
  readonly ports: ReadonlyMap<string, ReadonlySet<ListenerPort>>
}

const tables = new WeakMap<readonly EgressHosts[], EgressTable>()

/** What the egress listeners of a Sidecar let in, for asking about each service and each rule of a mesh. */
export class EgressTable {
  /** By namespace as the Sidecar says it: `*` for all. */
  readonly #namespaces: ReadonlyMap<string, LetIn>

  constructor(egress: readonly EgressHosts[]) {
    const ports = new Map<string, Map<string, Set<ListenerPort>>>()
    for (const { port, hosts } of egress) {
      for (const { namespace, host } of hosts) entry(entry(ports, namespace, newMap), host, newSet).add(port)
    }
    this.#namespaces = new Map(
      [...ports].map(([namespace, byHost]) => [namespace, { hosts: new HostSet(byHost.keys()), ports: byHost }]),
    )
  }

  /** Made once for each list, which must not change. */
  static of(egress: readonly EgressHosts[]): EgressTable {
    let table = tables.get(egress)
    if (table === undefined) tables.set(egress, (table = new EgressTable(egress)))
    return table
  }

  /** Ports of the listeners that let this name of `namespace` in, as sets that may overlap. */
  portsOf(hostname: string, namespace: string): ReadonlySet<ListenerPort>[] {
    return this.#of(namespace).flatMap(({ hosts, ports }) =>
      [...hosts.covering(hostname)].flatMap((host) => ports.get(host) ?? []),
    )
  }

  /** Whether something that one of these hosts of `namespace` means is let in. */
  letsInSome(hosts: readonly string[], namespace: string): boolean {
    const letIn = this.#of(namespace)
    return hosts.some((host) => letIn.some((one) => one.hosts.overlaps(host)))
  }

  #of(namespace: string): LetIn[] {
    return ['*', namespace].flatMap((one) => this.#namespaces.get(one) ?? [])
  }
}

function newMap(): Map<string, Set<ListenerPort>> {
  return new Map()
}

function newSet(): Set<ListenerPort> {
  return new Set()
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
