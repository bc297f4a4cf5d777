import type { DestinationRule, PortTrafficPolicy, Subset, TrafficPolicy } from '@mizzen/api'
import { resolveShortName } from './host-name.ts'
import type { Labels } from './labels.ts'
import type { MeshSettings } from './mesh-settings.ts'
import { byAge, type Origin, originOf } from './origin.ts'
import { isVisible, parseExportTo, type Visibility } from './visibility.ts'

export interface DestinationRuleModel {
  readonly host: string
  readonly origin: Origin
  readonly visibility: Visibility
  readonly trafficPolicy: TrafficPolicy | undefined
  readonly subsets: readonly Subset[]
  /** Labels of the clients that it is for; undefined for all. Those have to be of its own namespace. */
  readonly selector: Labels | undefined
}

/** Every rule of one namespace about one service, as one. */
export interface MergedRule {
  /** Tells apart the rules that clients may heed for one service. */
  readonly key: string
  readonly namespace: string
  readonly visibility: Visibility
  readonly trafficPolicy: TrafficPolicy | undefined
  readonly subsets: readonly Subset[]
  readonly origins: readonly string[]
}

export function destinationRuleModel(rule: DestinationRule, mesh: MeshSettings): DestinationRuleModel {
  const { host, exportTo, subsets = [], trafficPolicy, workloadSelector } = rule.spec
  const labels = workloadSelector?.matchLabels ?? {}
  const origin = originOf(rule)
  return {
    host: resolveShortName(host, origin.namespace, mesh.domain).toLowerCase(),
    origin,
    visibility: parseExportTo(exportTo, origin.namespace),
    trafficPolicy,
    subsets,
    selector: Object.keys(labels).length > 0 ? labels : undefined,
  }
}

/**
 * Rules of one namespace for one host as one. Subsets add up (the first of a name counts); traffic policy and visibility are
 * the oldest rule's.
 */
export function mergeRules(rules: readonly DestinationRuleModel[]): MergedRule | undefined {
  const matching = rules.toSorted((left, right) => byAge(left.origin, right.origin))
  const first = matching[0]
  if (first === undefined) return undefined
  const subsets = new Map<string, Subset>()
  for (const subset of matching.flatMap((rule) => rule.subsets)) {
    if (!subsets.has(subset.name)) subsets.set(subset.name, subset)
  }
  const origins = matching.map((rule) => rule.origin.key)
  const { namespace } = first.origin
  return {
    // Of those for all clients a namespace has one for a host. There may be very many origins.
    key: `${namespace} ${first.host}${first.selector === undefined ? '' : ` ${origins.join(' ')}`}`,
    namespace,
    visibility: first.visibility,
    trafficPolicy: first.trafficPolicy,
    subsets: [...subsets.values()],
    origins,
  }
}

/**
 * Which namespace's rule a client heeds: its own, then the service's, then the root one; the first that has a rule wins
 * entirely. (In the root namespace itself the service's comes before its own.) Elsewhere than at home a rule must be
 * exported to the client.
 * @param ruleOf of a namespace: of its rules that cover the service, those with the most specific host
 */
export function chooseRule(
  ruleOf: (namespace: string) => MergedRule | undefined,
  clientNamespace: string,
  serviceNamespace: string,
  rootNamespace: string,
): MergedRule | undefined {
  const order =
    clientNamespace === rootNamespace
      ? [serviceNamespace, rootNamespace]
      : [clientNamespace, serviceNamespace, rootNamespace]
  for (const namespace of order) {
    const rule = ruleOf(namespace)
    if (rule === undefined) continue
    if (namespace === clientNamespace || isVisible(rule.visibility, clientNamespace)) return rule
  }
  return undefined
}

/**
 * A subset's policy over the service's, field by field. Settings for the port replace all others: what they do not give is
 * at its default, not inherited.
 */
export function effectivePolicy(
  service: TrafficPolicy | undefined,
  subset: TrafficPolicy | undefined,
  port: number | undefined,
): TrafficPolicy {
  const merged: TrafficPolicy = { ...service, ...dropUndefined(subset) }
  const { portLevelSettings, ...policy } = merged
  const own = portLevelSettings?.find((settings: PortTrafficPolicy) => settings.port?.number === port)
  if (port === undefined || own === undefined) return policy
  const { port: _, ...settings } = own
  return settings
}

function dropUndefined<T extends object>(value: T | undefined): Partial<T> {
  const entries = Object.entries(value ?? {}).filter(([, field]) => field !== undefined)
  return Object.fromEntries(entries) as Partial<T>
}
