import { type Collection, type Graph, pairKey } from '@mizzen/collections'
import type { EgressScope } from '../model/egress-scope.ts'
import { type NameEntry, namesOf } from '../model/name-table.ts'
import type { ProxySpec } from '../model/proxy.ts'
import { nameTableResource } from '../translate/name-table.ts'
import { LAYER_PART_EQUALITY, type LayerPart } from './layer.ts'
import type { SeenCollections } from './seen.ts'
import type { ServiceCollections } from './services.ts'

interface ServiceNames {
  readonly scope: string
  readonly entries: readonly NameEntry[]
  readonly origin: string
}

/** Changes of endpoints change nothing of most services' names. */
const SAME_NAMES = {
  equals: (left: ServiceNames, right: ServiceNames) => JSON.stringify(left) === JSON.stringify(right),
}

/** By key of the EgressScope. */
export function nameLayer(egress: string): string {
  return `names ${egress}`
}

/** The table of names (NDS) of the proxies that answer DNS queries themselves: of all that they see. */
export function nameTableParts(
  graph: Graph,
  proxies: Collection<ProxySpec>,
  scopeOf: Collection<EgressScope>,
  { services, partsOf }: ServiceCollections,
  seen: SeenCollections,
): Collection<LayerPart> {
  const scopes = graph.deriveMany('name table scopes', proxies, ({ dnsCapture }, reader, proxy) => {
    const scope = dnsCapture ? reader.get(scopeOf, proxy) : undefined
    return scope === undefined ? [] : [[scope.key, scope] as const]
  })
  const names = graph.product(
    'names of services',
    scopes,
    services,
    (scope, service, reader): ServiceNames | undefined => {
      const { hostname, origin } = service
      if (reader.get(seen.services, pairKey(scope.key, hostname)) === undefined) return undefined
      const entries = namesOf(service, () => reader.lookup(partsOf, hostname).flatMap((part) => part.endpoints))
      return entries.length === 0 ? undefined : { scope: scope.key, entries, origin: origin.key }
    },
    SAME_NAMES,
  )
  const namesIn = graph.index('names by scope', names, ({ scope }) => [scope])
  return graph.deriveMany(
    'name tables',
    scopes,
    ({ key }, reader) => {
      const named = reader.lookup(namesIn, key)
      const origins = [...new Set(named.map(({ origin }) => origin))].sort()
      const entries = named.flatMap((one) => one.entries)
      const part: LayerPart = { layer: nameLayer(key), resources: [nameTableResource(entries, origins)] }
      return [[nameLayer(key), part] as const]
    },
    LAYER_PART_EQUALITY,
  )
}
