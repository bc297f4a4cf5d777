import { type Collection, type Graph, type Index, type Reader, SINGLETON } from '@mizzen/collections'
import type { Tables } from '../ingest/tables.ts'
import {
  chooseRule,
  type DestinationRuleModel,
  destinationRuleModel,
  type MergedRule,
  mergeRules,
} from '../model/destination-rule.ts'
import type { HostSet } from '../model/host-set.ts'
import { type Labels, selects } from '../model/labels.ts'
import type { MeshSettings } from '../model/mesh-settings.ts'
import type { ServiceModel } from '../model/service.ts'
import { hostSetCollection } from './host-set-collection.ts'

export interface DestinationRuleCollections {
  readonly models: Collection<DestinationRuleModel>
  /** Hosts of all of them, to be read as SINGLETON. */
  readonly hosts: Collection<HostSet>
  /** Those for all clients, by namespace and host. */
  readonly merged: Collection<MergedRule>
  /** Those for some clients, by namespace, host and one of the labels that they ask for. */
  readonly selecting: Index<DestinationRuleModel>
  /** The same, by namespace and each of those labels' names. */
  readonly selectingLabels: Index<DestinationRuleModel>
}

interface Place {
  readonly namespace: string
  readonly host: string
}

/** DestinationRules, so that those of one service are found without looking at all others. */
export function destinationRuleCollections(
  graph: Graph,
  tables: Tables,
  mesh: MeshSettings,
): DestinationRuleCollections {
  const models = graph.derive('destination rules', tables.DestinationRule, (object) =>
    destinationRuleModel(object, mesh),
  )
  const at = graph.index('destination rules for all by place', models, (rule) =>
    rule.selector === undefined ? [placeKey(placeOf(rule))] : [],
  )
  const places = graph.deriveMany('destination rules/places', models, (rule) => [
    [placeKey(placeOf(rule)), placeOf(rule)] as const,
  ])
  return {
    models,
    hosts: hostSetCollection(graph, 'destination rules/hosts', (reader) => reader.list(places).map(({ host }) => host)),
    merged: graph.derive('destination rules/merged', places, (_, reader, key) => mergeRules(reader.lookup(at, key))),
    selecting: graph.index('destination rules for some by place', models, (rule) =>
      Object.entries(rule.selector ?? {})
        .slice(0, 1)
        .map((label) => labelKey(placeKey(placeOf(rule)), label)),
    ),
    selectingLabels: graph.index('destination rules by selecting label', models, ({ selector = {}, origin }) =>
      Object.keys(selector).map((name) => selectingLabelKey(origin.namespace, name)),
    ),
  }
}

/** Whether a DestinationRule of this namespace asks for a label of its clients. */
export function asksForLabel(
  reader: Reader,
  { selectingLabels }: DestinationRuleCollections,
  namespace: string,
  name: string,
): boolean {
  return reader.lookup(selectingLabels, selectingLabelKey(namespace, name)).length > 0
}

/**
 * The merged DestinationRule that clients of a namespace, with these labels, heed for a service. Of a namespace those with
 * the most specific host count; rules for some clients do not add up with those for all: there they stand alone.
 */
export function ruleFor(
  reader: Reader,
  { destinationRules: rules }: { readonly destinationRules: DestinationRuleCollections },
  service: ServiceModel,
  client: { readonly namespace: string; readonly labels: Labels },
  mesh: MeshSettings,
): MergedRule | undefined {
  const hosts = [...(reader.get(rules.hosts, SINGLETON)?.covering(service.hostname) ?? [])]
  const ruleOf = (namespace: string) => {
    for (const host of hosts) {
      const key = placeKey({ namespace, host })
      const own = namespace === client.namespace ? selectingRule(reader, rules, key, client.labels) : undefined
      const rule = own ?? reader.get(rules.merged, key)
      if (rule !== undefined) return rule
    }
    return undefined
  }
  return chooseRule(ruleOf, client.namespace, service.origin.namespace, mesh.rootNamespace)
}

function selectingRule(
  reader: Reader,
  { selecting }: DestinationRuleCollections,
  place: string,
  labels: Labels,
): MergedRule | undefined {
  const some = Object.entries(labels).flatMap((label) => reader.lookup(selecting, labelKey(place, label)))
  return mergeRules(some.filter(({ selector = {} }) => selects(selector, labels)))
}

function placeOf({ host, origin }: DestinationRuleModel): Place {
  return { namespace: origin.namespace, host }
}

function placeKey({ namespace, host }: Place): string {
  return `${namespace} ${host}`
}

function labelKey(place: string, [name, value]: readonly [name: string, value: string]): string {
  return `${place} ${name}=${value}`
}

function selectingLabelKey(namespace: string, name: string): string {
  return `${namespace} ${name}`
}
