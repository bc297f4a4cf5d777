import type { Resource } from '@mizzen/api'
import { type MeshSettings, type ProxySpec, translateFor } from '@mizzen/discovery'
import type { Call } from './call.ts'
import { EndpointPolicies } from './endpoint-policies.ts'
import type { Explanation } from './explanation.ts'
import { type Configuration, type PlaceOf, Walk } from './walk.ts'
import type { AssignmentJson, ClusterJson, ListenerJson, RouteConfigJson } from './xds-json.ts'

export interface ExplainOptions {
  readonly mesh?: Partial<MeshSettings>
  /** Where an object, or a field of it, is written. */
  readonly placeOf?: PlaceOf
}

/** Where one request would go at a proxy of this specification, given these objects (valid, normalised), and why. */
export function explainCall(
  objects: Iterable<Resource>,
  spec: ProxySpec,
  call: Call,
  options: ExplainOptions = {},
): Explanation {
  return explainer(objects, spec, options)(call)
}

/** The same for many requests: the configuration is made once. */
export function explainer(
  objects: Iterable<Resource>,
  spec: ProxySpec,
  options: ExplainOptions = {},
): (call: Call) => Explanation {
  const { listeners, routes, clusters, endpoints, secrets } = translateFor(objects, spec, options.mesh)
  const configuration: Configuration = {
    listeners: listeners as unknown as ListenerJson[],
    routes: byKey(routes as unknown as RouteConfigJson[], (one) => one.name ?? ''),
    clusters: byKey(clusters as unknown as ClusterJson[], (one) => one.name),
    assignments: byKey(endpoints as unknown as AssignmentJson[], (one) => one.clusterName),
    secrets: new Set(secrets.map(({ name }) => String(name))),
  }
  const policies = new EndpointPolicies(objects)
  return (call) => new Walk(configuration, policies, spec, call, options.placeOf).listener()
}

function byKey<V>(values: readonly V[], keyOf: (value: V) => string): ReadonlyMap<string, V> {
  return new Map(values.map((value) => [keyOf(value), value]))
}
