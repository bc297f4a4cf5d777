import type { Collection, Graph, Reader } from '@mizzen/collections'
import type { DestinationRuleModel } from '../model/destination-rule.ts'
import { isWildcard } from '../model/host-name.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import type { ServiceModel } from '../model/service.ts'
import { clientMatches, type VirtualServiceModel } from '../model/virtual-service.ts'
import type { Visibility } from '../model/visibility.ts'

export interface ApartInput {
  readonly services: Collection<ServiceModel>
  readonly virtualServices: Collection<VirtualServiceModel>
  readonly destinationRules: Collection<DestinationRuleModel>
}

/** Whether something depends on a client being in this namespace, and not in any other. */
export type IsApart = (reader: Reader, namespace: string) => boolean

/**
 * Clients of most namespaces see the same, and what they see is made once for all of them: services times namespaces would
 * be too many. A namespace is apart if an object is exported to it and not to all, if a route asks for it, or if it has
 * DestinationRules for services of others: those are heeded by its own clients alone.
 */
export function namespacesApart(
  graph: Graph,
  { services, virtualServices, destinationRules }: ApartInput,
  mesh: MeshSettings,
): IsApart {
  const ofRules = graph.derive('destination rules/namespaces apart', destinationRules, (rule, reader) =>
    orNothing(namespacesOfRule(rule, reader.get(services, rule.host), mesh)),
  )
  const indexes = [
    graph.index('services by namespace apart', services, ({ visibility }) => namesIn(visibility)),
    graph.index('virtual services by namespace apart', virtualServices, namespacesOfRoutes),
    graph.index('destination rules by namespace apart', ofRules, (namespaces) => namespaces),
  ]
  return (reader, namespace) => indexes.some((index) => reader.lookup<unknown>(index, namespace).length > 0)
}

function namespacesOfRoutes(rule: VirtualServiceModel): string[] {
  const asked = clientMatches(rule).flatMap(({ sourceNamespace }) => sourceNamespace || [])
  return [...namesIn(rule.visibility), ...asked]
}

/** A rule for a service of its own namespace, exported to all, is everybody's; so is one of the root namespace. */
function namespacesOfRule(
  { origin, host, selector, visibility }: DestinationRuleModel,
  service: ServiceModel | undefined,
  { rootNamespace }: MeshSettings,
): string[] {
  const { namespace } = origin
  const exported = namesIn(visibility)
  const forOthers = service === undefined ? isWildcard(host) : service.origin.namespace !== namespace
  const isOwn = (forOthers && namespace !== rootNamespace) || selector !== undefined || !visibility.has('*')
  return isOwn ? [...exported, namespace] : exported
}

function namesIn(visibility: Visibility): string[] {
  return visibility.has('*') ? [] : [...visibility]
}

function orNothing<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list
}
