import type { Collection, Graph, Index, Reader } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import { ANY_NAMESPACE, type EgressScope } from '../model/egress-scope.ts'
import type { Labels } from '../model/labels.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import type { ProxySpec } from '../model/proxy.ts'
import { chooseSidecar, type SidecarModel, sidecarModel } from '../model/sidecar.ts'
import { digest } from '../translate/digest.ts'
import { asksForLabel } from './destination-rules.ts'
import type { RuleCollections } from './rules.ts'

/** Who is to be served, and what each can see. */
export interface ScopeCollections {
  /** By scope of the proxy. */
  readonly scopeOf: Collection<EgressScope>
  /** Each that some proxy has, by its key. */
  readonly scopes: Collection<EgressScope>
}

/**
 * Proxies of all namespaces see the same, unless something sets their namespace apart, or a Sidecar or a DestinationRule
 * selects some of them by labels.
 */
export function scopeCollections(
  graph: Graph,
  tables: Tables,
  proxies: Collection<ProxySpec>,
  rules: RuleCollections,
  mesh: MeshSettings,
): ScopeCollections {
  const sidecars = graph.derive('sidecars', tables.Sidecar, sidecarModel)
  const sidecarsIn = graph.index('sidecars by namespace', sidecars, ({ origin }) => [origin.namespace])
  const scopeOf = graph.derive('proxy scopes', proxies, ({ type, namespace, labels }, reader): EgressScope => {
    const sidecar = type === 'sidecar' ? sidecarFor(reader, sidecarsIn, namespace, labels, mesh) : undefined
    const selected = labelsOfRules(reader, rules, namespace, labels)
    const apart = sidecar !== undefined || rules.isApart(reader, namespace)
    const seenFrom = apart ? namespace : ANY_NAMESPACE
    return { key: scopeKey(seenFrom, sidecar, selected), namespace: seenFrom, labels: selected, sidecar }
  })
  return {
    scopeOf,
    scopes: graph.deriveMany('egress scopes', scopeOf, (scope) => [[scope.key, scope] as const]),
  }
}

function sidecarFor(
  reader: Reader,
  sidecarsIn: Index<SidecarModel>,
  namespace: string,
  labels: Labels,
  { rootNamespace }: MeshSettings,
): SidecarModel | undefined {
  const namespaces = [...new Set([namespace, rootNamespace])]
  const candidates = namespaces.flatMap((one) => reader.lookup(sidecarsIn, one))
  return chooseSidecar(candidates, namespace, labels, rootNamespace)
}

/** Other labels (a ReplicaSet's hash) would only keep proxies from sharing. */
function labelsOfRules(
  reader: Reader,
  { destinationRules }: RuleCollections,
  namespace: string,
  labels: Labels,
): Labels {
  const asked = Object.entries(labels).filter(([name]) => asksForLabel(reader, destinationRules, namespace, name))
  return Object.fromEntries(asked)
}

function scopeKey(namespace: string, sidecar: SidecarModel | undefined, labels: Labels): string {
  const chosen = sidecar === undefined ? '' : `/${sidecar.origin.namespace}/${sidecar.origin.name}`
  const selected = Object.keys(labels).length === 0 ? '' : `#${digest(JSON.stringify(labels))}`
  return `${namespace}${chosen}${selected}`
}
