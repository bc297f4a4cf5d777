import type { Collection, Graph, Reader } from '@mizzen/collections'
import { HostSet } from '../model/host-set.ts'

/** The hosts that `hostsOf` lists, as one set under the key SINGLETON. It is the same value as long as they are the same. */
export function hostSetCollection(
  graph: Graph,
  name: string,
  hostsOf: (reader: Reader) => readonly string[],
): Collection<HostSet> {
  const hosts = graph.singleton(`${name}/list`, (reader) => [...new Set(hostsOf(reader))].sort())
  return graph.derive(name, hosts, (list) => new HostSet(list))
}
